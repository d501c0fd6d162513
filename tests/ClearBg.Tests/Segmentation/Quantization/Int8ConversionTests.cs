using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using Google.Protobuf;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using static ClearBg.Tests.Segmentation.Quantization.Network;

namespace ClearBg.Tests.Segmentation.Quantization;

public class Int8ConversionTests
{
    /// <summary>As integers only where that is exact.</summary>
    public static TheoryData<bool> Ways() => PrecisionChoice.ExactInt8 is null ? [false] : [false, true];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Computes_what_the_float_model_computes_within_the_roundings(bool asIntegers)
    {
        var (model, picture) = (Small(), Picture());
        var ranges = RangesOn(model, picture);
        var expected = Values(model, picture)["matte"];
        var bound = LargestError(model, ranges);

        var actual = Values(Converted(model, ranges), picture, asIntegers)["matte"];

        var error = expected.Zip(actual, static (one, other) => Math.Abs(one - other)).Max();
        Assert.InRange(bound, 0, 0.06);
        Assert.InRange(error, 1e-6, bound);
        Assert.True(expected.Max() - expected.Min() > 4 * bound, "The matte is too flat to tell anything.");
    }

    [Fact]
    public void Activations_and_weights_pass_through_8_bits_and_the_last_Conv_stays_float()
    {
        var model = TwoConvs();

        Int8Conversion.Apply(model, Ranges(("x", -1, 1), ("r", 0, 2)));

        Assert.Equal(
            """
            x_quantized = QuantizeLinear(x x_scale x_zero_point)
            x_dequantized = DequantizeLinear(x_quantized x_scale x_zero_point)
            c_weights_dequantized = DequantizeLinear(c_weights_quantized c_weights_scale c_weights_zero_point)
            c_bias_dequantized = DequantizeLinear(c_bias_quantized c_bias_scale c_bias_zero_point)
            c = Conv(x_dequantized c_weights_dequantized c_bias_dequantized)
            r = Relu(c)
            r_quantized = QuantizeLinear(r r_scale r_zero_point)
            r_dequantized = DequantizeLinear(r_quantized r_scale r_zero_point)
            z = Conv(r_dequantized v d)
            y = Sigmoid(z)
            """.ReplaceLineEndings("\n"),
            Text(model.Graph));
        Assert.DoesNotContain(model.Graph.Initializer, static tensor => tensor.Name is "w" or "b");
    }

    /// <summary>A kernel in integers adds the bias to the products without looking at its scale.</summary>
    [Fact]
    public void A_bias_has_the_scale_of_the_products_it_is_added_to()
    {
        var constants = Converted(TwoConvs(), Ranges(("x", -1, 1), ("r", 0, 2))).Graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        var input = Assert.Single(constants["x_scale"].Floats());

        Assert.Equal(constants["c_weights_scale"].Floats().Select(scale => scale * input), constants["c_bias_scale"].Floats());
        Assert.All(constants["c_bias_zero_point"].RawData, static zero => Assert.Equal(0, zero));
    }

    [Fact]
    public void Nothing_is_quantized_after_the_last_Conv()
    {
        var (model, picture) = (Small(), Picture());

        var operators = Converted(model, RangesOn(model, picture)).Graph.Node.Select(static node => node.OpType).ToList();

        Assert.Equal("Sigmoid", string.Join(' ', operators.Skip(operators.LastIndexOf("Conv") + 1)));
    }

    [Fact]
    public void Tensors_of_one_range_have_one_scale_and_zero_point()
    {
        var graph = Converted(Small(), Ranges(("picture", -1, 1), ("r1", -0.5f, 2), ("r2", 0, 4.6f), ("r3", 0, 3), ("sum", 0, 4))).Graph;
        var constants = graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);

        Assert.All(["r1", "p", "r2", "u", "cat"], tensor =>
        {
            Assert.Equal([0.02f], constants[tensor + "_scale"].Floats());
            Assert.Equal([25], constants[tensor + "_zero_point"].RawData.ToByteArray());
        });
        Assert.Equal([3f / 255], constants["r3_scale"].Floats());
    }

    [Fact]
    public void Gives_the_same_bytes_each_time()
    {
        var ranges = RangesOn(Small(), Picture());

        Assert.Equal(Converted(Small(), ranges).ToByteArray(), Converted(Small(), ranges).ToByteArray());
    }

    [Fact]
    public void Two_Convs_may_share_their_weights_and_bias()
    {
        var model = Model(
            [Tensor("x", 1, 2, 4, 4)], [Tensor("y", 1, 1, 4, 4)],
            [Conv("x w b", "c1", 1), Conv("c1 w b", "c2", 1), Conv("c2 v d", "y", 1)],
            Weights("w", 1, 2, 2, 1, 1), Weights("b", 1, 2), Weights("v", 1, 1, 2, 1, 1), Weights("d", 1, 1));

        AgreesInInt8(model, 32);
    }

    [Fact]
    public void The_last_Conv_may_share_weights_and_bias_with_others()
    {
        var model = Model(
            [Tensor("x", 1, 2, 4, 4)], [Tensor("y", 1, 2, 4, 4)], [Conv("x w b", "c", 1), Node("Relu", "c", "r"), Conv("r w b", "y", 1)],
            Weights("w", 1, 2, 2, 1, 1), Weights("b", 1, 2));

        AgreesInInt8(model, 32);
    }

    [Fact]
    public void A_Conv_after_activations_that_were_never_but_zero_keeps_its_bias()
    {
        var model = Model(
            [Tensor("x", 1, 1, 2, 2)], [Tensor("y", 1, 1, 2, 2)],
            [Conv("x w b", "c", 1), Node("Relu", "c", "dead"), Conv("dead v d", "lit", 1), Conv("lit v none", "y", 1)],
            TensorProto.Of("w", [1f], 1, 1, 1, 1), TensorProto.Of("b", [-9f], 1), TensorProto.Of("v", [0.5f], 1, 1, 1, 1), TensorProto.Of("d", [0.75f], 1), TensorProto.Of("none", [0f], 1));
        float[] x = [0, 1, -1, 0.5f];

        var values = Values(Converted(model, RangesOn(model, x)), x)["y"];

        Assert.All(values, static value => Assert.Equal(0.375f, value, 0.002f));
    }

    [Fact]
    public void A_value_may_be_rectified_twice()
    {
        var model = Model(
            [Tensor("x", 1, 2, 4, 4)], [Tensor("y", 1, 1, 4, 4)],
            [Conv("x w b", "c", 1), Node("Relu", "c", "r"), Node("Relu", "c", "s"), Node("Add", "r s", "sum"), Conv("sum v d", "y", 1)],
            Weights("w", 1, 3, 2, 1, 1), Weights("b", 1, 3), Weights("v", 1, 1, 3, 1, 1), Weights("d", 1, 1));

        AgreesInInt8(model, 32);
    }

    [Theory]
    [InlineData(12L, "")]
    [InlineData(12L, "ai.onnx")]
    [InlineData(21L, "example")]
    public void An_operator_set_before_13_is_refused(long version, string domain)
    {
        var model = TwoConvs();
        model.OpsetImport.Clear();
        model.OpsetImport.Add(new OperatorSetIdProto { Version = version, Domain = domain });

        Refused(model, "operator set is older than 13");
    }

    [Fact]
    public void An_operator_set_of_13_under_its_long_name_is_enough()
    {
        var model = TwoConvs();
        model.OpsetImport[0] = new() { Version = 13, Domain = "ai.onnx" };

        Int8Conversion.Apply(model, Ranges(("x", -1, 1), ("r", 0, 2)));

        Assert.Equal(4, model.Graph.Node.Count(static node => node.OpType == "DequantizeLinear"));
    }

    [Fact]
    public void A_Conv_with_computed_weights_is_refused_by_name()
    {
        var model = TwoConvs();
        model.Graph.Node.Insert(0, Node("Neg", "w", "negated"));
        model.Graph.Node[1].Input[1] = "negated";

        Refused(model, "Conv 'Conv/c'");
    }

    [Fact]
    public void A_Conv_without_a_bias_is_refused_by_name()
    {
        var model = TwoConvs();
        model.Graph.Node[0].Input.RemoveAt(2);

        Refused(model, "Conv 'Conv/c'");
    }

    [Fact]
    public void A_tensor_without_a_range_is_refused_by_name()
    {
        var error = Assert.Throws<ModelException>(() => Int8Conversion.Apply(TwoConvs(), Ranges(("x", -1, 1))));

        Assert.Contains("lack the tensor 'r'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_weights_are_refused_by_name()
    {
        var model = TwoConvs();
        model.Graph.Initializer[0].Dims[0] = 7;

        Refused(model, "'w' doesn't hold as many values");
    }

    private static void Refused(ModelProto model, string why)
    {
        var error = Assert.Throws<ModelException>(() => Int8Conversion.Apply(model, Ranges(("x", -1, 1), ("r", 0, 2))));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private static void AgreesInInt8(ModelProto model, int inputs)
    {
        float[] x = [.. Enumerable.Range(0, inputs).Select(static i => (i * 7 % 16 / 8f) - 1)];
        var ranges = RangesOn(model, x);
        var (expected, bound) = (Values(model, x)["y"], LargestError(model, ranges));

        var actual = Values(Converted(model, ranges), x)["y"];

        Assert.InRange(expected.Zip(actual, static (one, other) => Math.Abs(one - other)).Max(), 0, bound);
        Assert.True(expected.Max() - expected.Min() > 4 * bound);
    }

    private static ModelProto Converted(ModelProto model, ActivationRanges ranges)
    {
        var copy = model.Clone();
        Int8Conversion.Apply(copy, ranges);
        return copy;
    }

    private static ModelProto TwoConvs() => Model(
        [Tensor("x", 1, 2, 4, 4)], [Tensor("y", 1, 1, 4, 4)],
        [Conv("x w b", "c", 1), Node("Relu", "c", "r"), Conv("r v d", "z", 1), Node("Sigmoid", "z", "y")],
        Weights("w", 1, 3, 2, 1, 1), Weights("b", 1, 3), Weights("v", 1, 1, 3, 1, 1), Weights("d", 1, 1));

    /// <summary>
    /// Five standard deviations of what the roundings do to the output when nothing is clipped, with each rounding taken for noise of its own: it is level ∕ √12,
    /// and twice that for a bilinear Resize, which cuts off where it computes in integers. A Conv adds up the noise of its inputs and of its weights, and the
    /// sigmoid's steepest slope is a quarter.
    /// </summary>
    private static double LargestError(ModelProto model, ActivationRanges measured)
    {
        var ranges = new QuantizationPlan(model.Graph).Apply(measured);
        var constants = model.Graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        var errors = model.Graph.Input.ToDictionary(static input => input.Name, input => Noise(ranges[input.Name].Scale), StringComparer.Ordinal);
        foreach (var node in model.Graph.Node)
        {
            var rounding = ranges.TryGetValue(node.Output[0], out var range) ? Noise(range.Scale) * (node.OpType switch { "Resize" => 2, "MaxPool" or "Concat" => 0, _ => 1 }) : 0;
            errors[node.Output[0]] = rounding + (node.OpType switch
            {
                "Conv" => OfConv(constants[node.Input[1]], ranges[node.Input[0]], errors[node.Input[0]]),
                "Concat" => node.Input.Max(input => errors[input]),
                "Add" => node.Input.Sum(input => errors[input]),
                "Sigmoid" => errors[node.Input[0]] / 4,
                _ => errors[node.Input[0]],
            });
        }

        return 5 * errors[model.Graph.Output[0].Name];
    }

    private static double OfConv(TensorProto weights, ActivationRange input, double error) => weights.Floats().Chunk(weights.Floats().Length / (int)weights.Dims[0])
        .Max(channel =>
        {
            var (level, largest) = (channel.Max(Math.Abs) / 127, Math.Max(-input.Least, input.Greatest));
            return Math.Sqrt(channel.Sum(weight => Math.Pow(weight * error, 2) + Math.Pow(Noise(level) * largest, 2)) + Math.Pow(Noise(level * input.Scale), 2));
        });

    private static double Noise(double level) => level / Math.Sqrt(12);
}

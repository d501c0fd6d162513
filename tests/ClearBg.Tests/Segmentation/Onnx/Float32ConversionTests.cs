using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using Google.Protobuf;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Tests.Segmentation.Onnx;

public class Float32ConversionTests
{
    [Fact]
    public void Computes_what_the_half_float_model_computes()
    {
        var expected = Run(HalfModel(), 3, 5);
        var model = HalfModel();
        Float32Conversion.Apply(model, ["matte", "side"]);

        var actual = Run(model, 3, 5);

        Assert.Equal(expected["matte"], actual["matte"]);
        Assert.Equal(expected["side"], actual["side"]);
        Assert.Equal("product = Mul(x w)\nmatte = Add(product b)\nside = Relu(product)", Text(model.Graph));
    }

    [Fact]
    public void Keeps_only_what_the_wanted_output_needs()
    {
        var model = HalfModel();
        model.Graph.Initializer.Add(Halves("unused", 1, 2));

        Float32Conversion.Apply(model, ["matte"]);

        Assert.Equal("product = Mul(x w)\nmatte = Add(product b)", Text(model.Graph));
        Assert.Equal("w b", string.Join(' ', model.Graph.Initializer.Select(tensor => tensor.Name)));
        Assert.Equal("matte", Assert.Single(model.Graph.Output).Name);
        var info = Assert.Single(model.Graph.ValueInfo);
        Assert.Equal(("product", (int)DataType.Float), (info.Name, info.Type.TensorType.ElemType));
    }

    [Fact]
    public void Gives_the_same_bytes_each_time()
    {
        var (first, second) = (HalfModel(), HalfModel());
        Float32Conversion.Apply(first, ["matte"]);
        Float32Conversion.Apply(second, ["matte"]);
        Assert.Equal(first.ToByteArray(), second.ToByteArray());
    }

    [Fact]
    public void Changes_nothing_when_applied_again()
    {
        var model = HalfModel();
        Float32Conversion.Apply(model, ["matte"]);
        var once = model.ToByteArray();
        Float32Conversion.Apply(model, ["matte"]);
        Assert.Equal(once, model.ToByteArray());
    }

    [Fact]
    public void Keeps_fields_that_the_schema_does_not_know()
    {
        var model = HalfModel();
        // Field 20 of ModelProto is training_info: tag (20 << 3 | 2), length 1, one byte.
        var bytes = model.ToByteArray().Concat(new byte[] { 0xA2, 0x01, 0x01, 0x00 }).ToArray();
        Assert.Equal(bytes.Length, ModelProto.Parser.ParseFrom(bytes).CalculateSize());
    }

    [Fact]
    public void Names_the_outputs_that_exist_when_a_wanted_one_does_not()
    {
        var error = Assert.Throws<ModelException>(() => Float32Conversion.Apply(HalfModel(), ["alpha"]));
        Assert.Contains("'alpha'", error.Message, StringComparison.Ordinal);
        Assert.Contains("matte, side", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_a_model_with_functions_of_its_own()
    {
        var model = HalfModel();
        model.Functions.Add(new FunctionProto { Name = "Gelu" });
        Assert.Throws<ModelException>(() => Float32Conversion.Apply(model, ["matte"]));
    }

    [Fact]
    public void Rejects_a_file_without_a_graph() => Assert.Throws<ModelException>(() => Float32Conversion.Apply(new ModelProto(), ["matte"]));
}

using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using static ClearBg.Tests.Segmentation.Quantization.Network;
using AttributeType = ClearBg.Segmentation.Onnx.AttributeProto.Types.AttributeType;

namespace ClearBg.Tests.Segmentation.Bytewise;

/// <summary>
/// A network of the operators and shapes that tiles know, from <c>picture</c> [1, 3, 64, 64] to <c>matte</c> [1, 1, 64, 64]: a stride, dilations beyond the edge of small
/// maps, maps that either minimal filter takes, a tensor that a dilated Conv and a Concat read, 16 to 192 channels, outputs that fill half a group, and weights of more than 256 KB.
/// </summary>
internal static class ByteNetwork
{
    public const int Side = 64;

    /// <summary>In float.</summary>
    public static ModelProto Float() => Model(
        [Tensor("picture", 1, 3, Side, Side)],
        [Tensor("matte", 1, 1, Side, Side)],
        [
            Conv("picture w7 b7", "c7", 3), Node("Relu", "c7", "r7"), Conv("r7 w8 b8", "c8", 3),
            Conv("c8 w0 b0", "c0", 3).Along(2, 1, 1),
            Conv("c0 w1 b1", "c1", 3), Node("Relu", "c1", "r1"), MaxPool("r1", "p1"),
            Conv("p1 w2 b2", "c2", 3), Node("Relu", "c2", "r2"),
            Conv("r2 w3 b3", "c3", 3).Along(1, 8, 8), Node("Relu", "c3", "r3"),
            Node("Concat", "r3 r2", "cat1").With("axis", 1),
            Conv("cat1 w4 b4", "c4", 3).Along(1, 2, 2), Node("Relu", "c4", "r4"), Resize("r4  twice", "u4"),
            Node("Concat", "u4 r1", "cat2").With("axis", 1),
            Conv("cat2 w5 b5", "c5", 1), Node("Relu", "c5", "r5"),
            Node("Add", "r5 r1", "sum"),
            Conv("sum w6 b6", "c6", 3), Resize("c6  twice", "logits"), Node("Sigmoid", "logits", "matte"),
        ],
        Weights("w7", 0.3f, 16, 3, 3, 3), Weights("b7", 0.1f, 16), Weights("w8", 0.12f, 16, 16, 3, 3), Weights("b8", 0.1f, 16),
        Weights("w0", 0.12f, 16, 16, 3, 3), Weights("b0", 0.1f, 16), Weights("w1", 0.12f, 32, 16, 3, 3), Weights("b1", 0.2f, 32),
        Weights("w2", 0.08f, 128, 32, 3, 3), Weights("b2", 0.3f, 128), Weights("w3", 0.04f, 16, 128, 3, 3), Weights("b3", 0.2f, 16),
        Weights("w4", 0.04f, 160, 144, 3, 3), Weights("b4", 0.2f, 160), Weights("w5", 0.12f, 32, 192, 1, 1), Weights("b5", 0.1f, 32),
        Weights("w6", 0.4f, 1, 32, 3, 3), Weights("b6", 0.3f, 1), TensorProto.Of("twice", [1f, 1, 2, 2], 4));

    /// <summary>Another one: kernels of five and of two, a concatenation in a concatenation, and no Sigmoid.</summary>
    public static ModelProto Another() => Model(
        [Tensor("picture", 1, 3, Side, Side)],
        [Tensor("matte", 1, 1, Side, Side)],
        [
            Conv("picture w0 b0", "c0", 5).Along(2, 1, 2), Node("Relu", "c0", "r0"),
            Conv("r0 w1 b1", "c1", 2).Along(2, 1, 0), Node("Relu", "c1", "r1"), Resize("r1  twice", "u1"),
            Node("Concat", "u1 r0", "cat1").With("axis", 1),
            Conv("cat1 w2 b2", "c2", 1), Node("Relu", "c2", "r2"),
            Node("Concat", "cat1 r2", "cat2").With("axis", 1),
            Conv("cat2 w3 b3", "c3", 5).Along(1, 1, 2), Resize("c3  twice", "matte"),
        ],
        Weights("w0", 0.2f, 16, 3, 5, 5), Weights("b0", 0.1f, 16), Weights("w1", 0.12f, 32, 16, 2, 2), Weights("b1", 0.2f, 32),
        Weights("w2", 0.08f, 16, 48, 1, 1), Weights("b2", 0.3f, 16), Weights("w3", 0.2f, 1, 64, 5, 5), Weights("b3", 0.2f, 1), TensorProto.Of("twice", [1f, 1, 2, 2], 4));

    /// <summary>A network in 8 bits, with the ranges that it has on a picture.</summary>
    public static ModelProto Quantized(ModelProto model, float[] picture)
    {
        var quantized = model.Clone();
        Int8Conversion.Apply(quantized, RangesOn(model, picture));
        return quantized;
    }

    /// <summary>[3, 64, 64]: squares of noise, from −0.5 to 0.5.</summary>
    public static float[] Noise(int seed = 0) =>
        [.. Enumerable.Range(0, 3 * Side * Side).Select(i => (((i % Side / 16) + (i / Side / 16) + seed) % 3 * 0.3f) - 0.4f + ((i * 31 + (i / Side * 17)) % 257 / 1285f))];

    public static NodeProto Along(this NodeProto conv, int stride, int dilation, int padding)
    {
        conv.Attribute.Remove(conv.Attribute.Single(static attribute => attribute.Name == "pads"));
        conv.Attribute.Add(
        [
            Ints("strides", stride, stride), Ints("dilations", dilation, dilation), Ints("pads", padding, padding, padding, padding),
        ]);
        return conv;
    }

    private static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Type = AttributeType.Ints, Ints = { values } };
}

using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using static ClearBg.Tests.Segmentation.Onnx.Graphs;
using AttributeType = ClearBg.Segmentation.Onnx.AttributeProto.Types.AttributeType;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Tests.Segmentation.Onnx;

public class HalfWideningTests
{
    [Fact]
    public void Every_half_becomes_the_float_of_the_same_value()
    {
        var all = Enumerable.Range(0, 65536).Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits)).Where(value => !float.IsNaN(value)).ToArray();
        var tensor = Halves("w", all);

        HalfWidening.Apply(new GraphProto { Initializer = { tensor } });

        Assert.Equal(all.Select(BitConverter.SingleToUInt32Bits), Floats(tensor).Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void Halves_given_as_bits_in_integers_become_floats()
    {
        var tensor = new TensorProto { Name = "w", DataType = (int)DataType.Float16, Dims = { 2 }, Int32Data = { 0x3C00, 0xC000 } };

        HalfWidening.Apply(new GraphProto { Initializer = { tensor } });

        Assert.Equal([1, -2], Floats(tensor));
        Assert.Empty(tensor.Int32Data);
    }

    [Fact]
    public void A_scalar_and_an_empty_tensor_are_tensors_too()
    {
        var (scalar, empty) = (Halves("scalar", 4), Halves("empty"));
        scalar.Dims.Clear();

        HalfWidening.Apply(new GraphProto { Initializer = { scalar, empty } });

        Assert.Equal([4], Floats(scalar));
        Assert.Empty(Floats(empty));
    }

    [Fact]
    public void Tensors_and_element_types_in_attributes_become_float()
    {
        var value = Halves("", 0.5f);
        var constant = Node("Constant", "", "c");
        constant.Attribute.Add(new AttributeProto { Name = "value", Type = AttributeType.Tensor, T = value });
        var random = Node("RandomNormal", "", "n");
        random.Attribute.Add(new AttributeProto { Name = "dtype", Type = AttributeType.Int, I = (int)DataType.Float16 });
        var foreign = random.Clone();
        foreign.Domain = "example";

        HalfWidening.Apply(new GraphProto { Node = { constant, random, foreign } });

        Assert.Equal([0.5f], Floats(value));
        Assert.Equal((long)DataType.Float, random.Attribute[0].I);
        Assert.Equal((long)DataType.Float16, foreign.Attribute[0].I);
    }

    [Fact]
    public void Types_in_attributes_become_float()
    {
        var optional = Node("Optional", "", "o");
        static TypeProto Half() => new() { TensorType = new() { ElemType = (int)DataType.Float16 } };
        optional.Attribute.Add(new AttributeProto { Name = "type", Type = AttributeType.TypeProto, Tp = Half() });
        optional.Attribute.Add(new AttributeProto { Name = "types", Type = AttributeType.TypeProtos, TypeProtos = { Half(), Half() } });

        HalfWidening.Apply(new GraphProto { Node = { optional } });

        Assert.All([optional.Attribute[0].Tp, .. optional.Attribute[1].TypeProtos], static type => Assert.Equal((int)DataType.Float, type.TensorType.ElemType));
    }

    [Fact]
    public void Rejects_a_tensor_that_no_file_could_hold_as_floats()
    {
        // Never touched, so it takes addresses and no memory.
        var halves = GC.AllocateUninitializedArray<byte>(1 << 30);
        var tensor = new TensorProto
        {
            Name = "w", DataType = (int)DataType.Float16, Dims = { 1 << 29 }, RawData = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(halves),
        };

        var error = Assert.Throws<ModelException>(() => HalfWidening.Apply(new GraphProto { Initializer = { tensor } }));

        Assert.Contains("'w' holds 536870912 half floats", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DataType.Float)]
    [InlineData(DataType.Int64)]
    [InlineData(DataType.Bfloat16)]
    internal void Other_tensors_stay_as_they_are(DataType type)
    {
        var tensor = new TensorProto { Name = "w", DataType = (int)type, Dims = { 1 }, RawData = Google.Protobuf.ByteString.CopyFrom(1, 2, 3, 4, 5, 6, 7, 8) };
        var before = tensor.Clone();
        HalfWidening.Apply(new GraphProto { Initializer = { tensor } });
        Assert.Equal(before, tensor);
    }

    [Fact]
    public void Rejects_a_tensor_whose_values_do_not_fill_its_shape()
    {
        var tensor = Halves("w", 1, 2, 3);
        tensor.Dims[0] = 4;
        var error = Assert.Throws<ModelException>(() => HalfWidening.Apply(new GraphProto { Initializer = { tensor } }));
        Assert.Contains("'w' holds 3 values where its shape asks for 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_a_tensor_outside_the_file()
    {
        var tensor = new TensorProto { Name = "w", DataType = (int)DataType.Float, DataLocation = TensorProto.Types.DataLocation.External };
        Assert.Throws<ModelException>(() => HalfWidening.Apply(new GraphProto { Initializer = { tensor } }));
    }
}

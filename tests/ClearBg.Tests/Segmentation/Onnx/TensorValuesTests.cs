using System.Runtime.InteropServices;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using Google.Protobuf;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Tests.Segmentation.Onnx;

public class TensorValuesTests
{
    private static readonly float[] Values = [1.5f, -2, float.Epsilon, 3e38f, -0f, 7];

    [Fact]
    public void Floats_are_read_from_both_places()
    {
        var listed = new TensorProto { Name = "w", DataType = (int)DataType.Float, Dims = { 2, 3 }, FloatData = { Values } };

        Assert.Equal(Values, listed.Floats());
        Assert.Equal(Values, TensorProto.Of("w", Values, 2, 3).Floats());
    }

    [Fact]
    public void A_tensor_without_dimensions_is_one_value() => Assert.Equal([4], TensorProto.Of("scale", [4f]).Floats());

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(0)]
    [InlineData(-6)]
    [InlineData(1L << 62)]
    public void A_number_of_values_that_does_not_fit_the_shape_is_refused_with_the_tensors_name(long count)
    {
        Refused(TensorProto.Of("w", Values, count), "'w' doesn't hold as many values");
        Refused(new() { Name = "w", DataType = (int)DataType.Float, Dims = { count }, FloatData = { Values } }, "'w' doesn't hold as many values");
    }

    [Fact]
    public void Dimensions_whose_product_no_number_holds_are_refused_too() => Refused(TensorProto.Of("w", Values, 1L << 40, 1L << 40), "'w' doesn't hold as many values");

    [Fact]
    public void Half_a_value_is_refused() =>
        Refused(new() { Name = "w", DataType = (int)DataType.Float, Dims = { 1 }, RawData = ByteString.CopyFrom(1, 2, 3) }, "'w' doesn't hold as many values");

    [Fact]
    public void Values_of_another_type_are_no_floats()
    {
        Refused(TensorProto.Of("w", [1, 2], 2), "'w' holds no floats");
        Refused(Graphs.Halves("w", 1, 2), "'w' holds no floats");
    }

    [Fact]
    public void Values_outside_the_file_are_refused()
    {
        var tensor = TensorProto.Of("w", Values, 6);
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        var integers = new TensorProto { DataType = (int)DataType.Int64, DataLocation = TensorProto.Types.DataLocation.External };

        Refused(tensor, "'w' holds no floats in the file itself");
        Assert.Null(integers.Integers());
    }

    [Fact]
    public void Integers_are_read_from_both_places_and_nothing_else_is_an_integer()
    {
        long[] values = [3, -1, long.MaxValue];
        var raw = new TensorProto { DataType = (int)DataType.Int64, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())) };

        Assert.Equal(values, raw.Integers());
        Assert.Equal(values, new TensorProto { DataType = (int)DataType.Int64, Int64Data = { values } }.Integers());
        Assert.Null(TensorProto.Of("w", [1, 2], 2).Integers());
    }

    [Fact]
    public void New_tensors_have_the_type_of_their_values()
    {
        TensorProto[] tensors = [TensorProto.Of("a", [0.5f], 1), TensorProto.Of("b", [-2], 1), TensorProto.Of("c", [(sbyte)-3], 1), TensorProto.Of("d", [(byte)200], 1)];

        Assert.Equal([DataType.Float, DataType.Int32, DataType.Int8, DataType.Uint8], tensors.Select(static tensor => (DataType)tensor.DataType));
        Assert.Equal(["0000003F", "FEFFFFFF", "FD", "C8"], tensors.Select(static tensor => Convert.ToHexString(tensor.RawData.Span)));
    }

    private static void Refused(TensorProto tensor, string why) =>
        Assert.Contains(why, Assert.Throws<ModelException>(() => tensor.Floats()).Message, StringComparison.Ordinal);
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Segmentation.Onnx;

/// <summary>Tensors from and to plain arrays, row-major.</summary>
internal static class TensorValues
{
    extension(TensorProto tensor)
    {
        /// <summary>The values of a float tensor, which may stand in either of the format's two places.</summary>
        /// <exception cref="ModelException">It holds no floats, they lie outside the file, or their number doesn't fit the shape.</exception>
        public float[] Floats()
        {
            // Exact for every number of values that a file can hold, and no overflow for the others.
            var count = tensor.Dims.Aggregate(1.0, static (product, dimension) => product * dimension);
            if (tensor.DataType != (int)DataType.Float || tensor.DataLocation == TensorProto.Types.DataLocation.External)
            {
                throw new ModelException($"The tensor '{tensor.Name}' holds no floats in the file itself.");
            }

            if (!tensor.HasRawData)
            {
                return tensor.FloatData.Count == count ? [.. tensor.FloatData] : throw WrongCount(tensor);
            }

            if (tensor.RawData.Length != count * sizeof(float))
            {
                throw WrongCount(tensor);
            }

            var values = new float[(int)count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = BinaryPrimitives.ReadSingleLittleEndian(tensor.RawData.Span[(i * sizeof(float))..]);
            }

            return values;
        }

        /// <summary>The values of a 64-bit integer tensor, or null where it is something else.</summary>
        public long[]? Integers() =>
            tensor.DataType != (int)DataType.Int64 || tensor.DataLocation == TensorProto.Types.DataLocation.External ? null
            : tensor.HasRawData ? MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray()
            : [.. tensor.Int64Data];

        /// <summary>A new tensor; without dimensions it is a scalar.</summary>
        public static TensorProto Of(string name, ReadOnlySpan<float> values, params long[] dimensions) => Raw(name, DataType.Float, values, dimensions);

        /// <inheritdoc cref="Of(string, ReadOnlySpan{float}, long[])"/>
        public static TensorProto Of(string name, ReadOnlySpan<int> values, params long[] dimensions) => Raw(name, DataType.Int32, values, dimensions);

        /// <inheritdoc cref="Of(string, ReadOnlySpan{float}, long[])"/>
        public static TensorProto Of(string name, ReadOnlySpan<sbyte> values, params long[] dimensions) => Raw(name, DataType.Int8, values, dimensions);

        /// <inheritdoc cref="Of(string, ReadOnlySpan{float}, long[])"/>
        public static TensorProto Of(string name, ReadOnlySpan<byte> values, params long[] dimensions) => Raw(name, DataType.Uint8, values, dimensions);
    }

    private static TensorProto Raw<T>(string name, DataType type, ReadOnlySpan<T> values, long[] dimensions)
        where T : unmanaged =>
        // raw_data is little-endian, and so is every machine that ONNX Runtime is built for. The array is nobody else's, so it need not be copied once more.
        new() { Name = name, DataType = (int)type, Dims = { dimensions }, RawData = UnsafeByteOperations.UnsafeWrap(MemoryMarshal.AsBytes(values).ToArray()) };

    private static ModelException WrongCount(TensorProto tensor) => new($"The tensor '{tensor.Name}' doesn't hold as many values as its shape says.");
}

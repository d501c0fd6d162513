using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Google.Protobuf;
using DataType = ClearBg.Segmentation.Onnx.TensorProto.Types.DataType;

namespace ClearBg.Segmentation.Onnx;

/// <summary>Makes floats of half floats wherever a graph stores or names them: tensors, types of values, and attributes that name an element type. Every half is a float exactly.</summary>
internal static class HalfWidening
{
    private const int Float16 = (int)DataType.Float16;
    private const int Single = (int)DataType.Float;

    /// <summary>A protocol buffer ends at 2 GiB.</summary>
    private const int MostValues = int.MaxValue / sizeof(float);

    /// <summary>Widens the graph and all graphs in it. The Casts stay, those to half now to float.</summary>
    /// <exception cref="ModelException">A tensor's values lie outside the file, or their number doesn't fit its shape.</exception>
    public static void Apply(GraphProto root)
    {
        foreach (var graph in root.WithSubgraphs)
        {
            foreach (var value in graph.Input.Concat(graph.Output).Concat(graph.ValueInfo))
            {
                Widen(value.Type);
            }

            var attributes = graph.Node.SelectMany(node => node.Attribute, (node, attribute) => (node, attribute)).ToList();
            foreach (var tensor in graph.Initializer
                .Concat(graph.SparseInitializer.Select(sparse => sparse.Values))
                .Concat(attributes.SelectMany(pair => TensorsOf(pair.attribute))))
            {
                Widen(tensor);
            }

            foreach (var (node, attribute) in attributes)
            {
                // Other domains may mean something else by these names.
                if (attribute is { Name: "to" or "dtype" or "output_dtype", I: Float16 } && node.Domain is "" or "ai.onnx")
                {
                    attribute.I = Single;
                }

                Widen(attribute.Tp);
                foreach (var type in attribute.TypeProtos)
                {
                    Widen(type);
                }
            }
        }
    }

    private static IEnumerable<TensorProto> TensorsOf(AttributeProto attribute)
    {
        var tensors = attribute.Tensors.Concat(attribute.SparseTensors.Select(sparse => sparse.Values));
        tensors = attribute.T is { } tensor ? tensors.Prepend(tensor) : tensors;
        return attribute.SparseTensor is { } sparseTensor ? tensors.Prepend(sparseTensor.Values) : tensors;
    }

    private static void Widen(TypeProto? type)
    {
        switch (type?.ValueCase)
        {
            case TypeProto.ValueOneofCase.TensorType when type.TensorType.ElemType == Float16:
                type.TensorType.ElemType = Single;
                break;
            case TypeProto.ValueOneofCase.SparseTensorType when type.SparseTensorType.ElemType == Float16:
                type.SparseTensorType.ElemType = Single;
                break;
            case TypeProto.ValueOneofCase.SequenceType:
                Widen(type.SequenceType.ElemType);
                break;
            case TypeProto.ValueOneofCase.OptionalType:
                Widen(type.OptionalType.ElemType);
                break;
            case TypeProto.ValueOneofCase.MapType:
                Widen(type.MapType.ValueType);
                break;
        }
    }

    private static void Widen(TensorProto tensor)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            throw new ModelException($"The tensor '{tensor.Name}' lies outside the ONNX file. Save the model as one file.");
        }

        if (tensor.DataType != Float16)
        {
            return;
        }

        var halves = HalvesOf(tensor);
        var elements = tensor.Dims.Aggregate(1L, (product, dimension) => checked(product * dimension));
        if (halves.Length != elements)
        {
            throw new ModelException($"The tensor '{tensor.Name}' holds {halves.Length} values where its shape asks for {elements}: the ONNX file is damaged.");
        }

        if (halves.Length > MostValues)
        {
            throw new ModelException($"The tensor '{tensor.Name}' holds {halves.Length} half floats, and as floats no ONNX file can hold more than {MostValues}.");
        }

        var bytes = new byte[halves.Length * sizeof(float)];
        TensorPrimitives.ConvertToSingle(halves, MemoryMarshal.Cast<byte, float>(bytes.AsSpan()));
        tensor.Int32Data.Clear();
        // The array is nobody else's, so it need not be copied once more: these are most of the file.
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
        tensor.DataType = Single;
    }

    // raw_data is little-endian, and so is every machine that ONNX Runtime is built for.
    private static ReadOnlySpan<Half> HalvesOf(TensorProto tensor) => tensor.HasRawData
        ? MemoryMarshal.Cast<byte, Half>(tensor.RawData.Span)
        : tensor.Int32Data.Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).ToArray();
}

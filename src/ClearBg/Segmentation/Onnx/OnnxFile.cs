using Google.Protobuf;

namespace ClearBg.Segmentation.Onnx;

/// <summary>Reads a model whose weights stay where they are: Google.Protobuf would copy each. Groups, which ONNX never had, are refused.</summary>
internal static class OnnxFile
{
    private const int Graph = 7;
    private const int Initializer = 5;
    private const int RawData = 9;

    /// <summary>The model in a file's bytes.</summary>
    /// <param name="file">Must stay as long as the model is used: the initializers' raw_data are parts of it.</param>
    /// <exception cref="InvalidDataException">It isn't in the format of Protocol Buffers, or has groups.</exception>
    /// <exception cref="InvalidProtocolBufferException">It isn't a model.</exception>
    public static ModelProto Parse(ReadOnlyMemory<byte> file)
    {
        var model = new ModelProto();
        Merge(model, file, Graph, graph => Merge(model.Graph ??= new(), graph, Initializer, initializer =>
        {
            var tensor = new TensorProto();
            Merge(tensor, initializer, RawData, values => tensor.RawData = UnsafeByteOperations.UnsafeWrap(values));
            model.Graph.Initializer.Add(tensor);
        }));
        return model;
    }

    /// <summary>Merges a message's bytes, but for one field that <paramref name="take"/> gets each value of.</summary>
    private static void Merge(IMessage message, ReadOnlyMemory<byte> bytes, int field, Action<ReadOnlyMemory<byte>> take)
    {
        // What is between two such fields is merged at once.
        var (start, place) = (0, 0);
        while (place < bytes.Length)
        {
            var tagStart = place;
            var tag = ReadVarint(bytes.Span, ref place);
            var length = (tag & 7) switch
            {
                0 => SkippedVarint(bytes.Span, place),
                1 => 8UL,
                2 => ReadVarint(bytes.Span, ref place),
                5 => 4UL,
                _ => throw Damaged(),
            };
            if (length > (ulong)(bytes.Length - place))
            {
                throw Damaged();
            }

            if (tag == (((ulong)field << 3) | 2))
            {
                message.MergeFrom(bytes.Span[start..tagStart]);
                take(bytes.Slice(place, (int)length));
                start = place + (int)length;
            }

            place += (int)length;
        }

        message.MergeFrom(bytes.Span[start..]);
    }

    // https://protobuf.dev/programming-guides/encoding/#varints
    private static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int place)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64 && place < bytes.Length; shift += 7)
        {
            var next = bytes[place++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    private static ulong SkippedVarint(ReadOnlySpan<byte> bytes, int place)
    {
        var start = place;
        ReadVarint(bytes, ref place);
        return (ulong)(place - start);
    }

    private static InvalidDataException Damaged() => new("The file isn't in the format of Protocol Buffers.");
}

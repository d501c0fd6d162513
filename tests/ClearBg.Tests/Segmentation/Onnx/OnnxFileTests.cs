using ClearBg.Segmentation;
using ClearBg.Segmentation.Onnx;
using ClearBg.Tests.Segmentation.Bytewise;
using ClearBg.Tests.Segmentation.Quantization;
using Google.Protobuf;

namespace ClearBg.Tests.Segmentation.Onnx;

public class OnnxFileTests
{
    [Fact]
    public void Reads_what_Protocol_Buffers_read()
    {
        foreach (var model in (ModelProto[])[new(), Network.Small(), ByteNetwork.Float(), ByteNetwork.Quantized(ByteNetwork.Another(), ByteNetwork.Noise())])
        {
            // Fields of any kind that the schema doesn't know, before and behind.
            byte[] unknown = [0xA0, 0x3F, 0x96, 0x01, 0xA1, 0x3F, 1, 2, 3, 4, 5, 6, 7, 8, 0xA5, 0x3F, 1, 2, 3, 4, 0xA2, 0x3F, 3, 7, 8, 9];
            byte[] file = [.. unknown, .. model.ToByteArray(), .. unknown];

            Assert.Equal(ModelProto.Parser.ParseFrom(file), OnnxFile.Parse(file));
        }
    }

    [Fact]
    public void Leaves_weights_where_they_are()
    {
        var file = Network.Small().ToByteArray();
        var model = OnnxFile.Parse(file);
        var tensor = model.Graph.Initializer.First(static tensor => tensor.RawData.Length > 0);
        var before = tensor.RawData.ToByteArray();

        Array.Clear(file);

        Assert.True(before.AsSpan().ContainsAnyExcept((byte)0));
        Assert.False(tensor.RawData.Span.ContainsAnyExcept((byte)0));
    }

    /// <summary>Cut anywhere, or with any byte changed: what isn't in the format is refused in one of two words, and what is reads as ever, but for the few that a change gives a group.</summary>
    [Fact]
    public void Refuses_what_Protocol_Buffers_refuse()
    {
        var whole = Network.Small().ToByteArray();
        var (random, refused, groups) = (new Random(5), 0, 0);
        foreach (var file in Enumerable.Range(0, whole.Length).Select(length => whole[..length]).Concat(Enumerable.Range(0, 2000).Select(_ => Changed())))
        {
            ModelProto? expected = null;
            try
            {
                expected = ModelProto.Parser.ParseFrom(file);
            }
            catch (InvalidProtocolBufferException)
            {
                refused++;
            }

            ModelProto? actual = null;
            var error = Record.Exception(() => actual = OnnxFile.Parse(file));

            Assert.True(error is null or InvalidDataException or InvalidProtocolBufferException, $"{error}");
            Assert.True(expected is null || error is not null || expected.Equals(actual));
            groups += expected is not null && error is not null ? 1 : 0;
            Assert.True(expected is not null || error is not null, "What isn't a model was read.");
        }

        Assert.InRange(refused, 500, whole.Length + 1900);
        Assert.InRange(groups, 0, 40);

        byte[] Changed()
        {
            var file = whole.ToArray();
            file[random.Next(file.Length)] = (byte)random.Next(256);
            return file;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void A_files_memory_is_the_file(int length)
    {
        using var folder = new TemporaryFolder();
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        var path = folder.Write("file", bytes);
        if (length == 0)
        {
            Assert.Throws<InvalidDataException>(() => new FileMemory(path));
            return;
        }

        var file = new FileMemory(path);
        Assert.Equal(bytes, file.Memory.ToArray());
        ((IDisposable)file).Dispose();
        ((IDisposable)file).Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Memory.Span.Length);
    }
}

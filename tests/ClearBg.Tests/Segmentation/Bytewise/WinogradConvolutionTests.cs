using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ClearBg.Segmentation.Bytewise;

namespace ClearBg.Tests.Segmentation.Bytewise;

public sealed unsafe class WinogradConvolutionTests
{
    private const int Outputs = 32;

    private readonly Random _random = new(3);

    /// <summary>Against the Conv's definition, bit for bit, in a part of the channels of both buffers; whatever lies beside stays as it was.</summary>
    /// <param name="side">Of a square's results, which tells the filter.</param>
    /// <param name="channels">Of the input.</param>
    /// <param name="dilation">Of the kernel.</param>
    /// <param name="width">Of both.</param>
    /// <param name="height">Of both.</param>
    /// <param name="isExtreme">All bytes and weights at one of their ends: the greatest sums there are, and the greatest transformed pixels.</param>
    [Theory]
    [InlineData(2, 16, 1, 16, 2, false)]
    [InlineData(2, 48, 1, 48, 6, false)]
    [InlineData(2, 32, 2, 16, 8, false)]
    [InlineData(2, 16, 8, 32, 16, false)]
    [InlineData(2, 1024, 1, 16, 2, true)]
    [InlineData(4, 16, 1, 16, 4, false)]
    [InlineData(4, 48, 1, 48, 12, false)]
    [InlineData(4, 32, 2, 16, 8, false)]
    [InlineData(4, 16, 4, 32, 16, false)]
    [InlineData(4, 112, 1, 16, 4, true)]
    public void Computes_a_Conv_bit_for_bit(int side, int channels, int dilation, int width, int height, bool isExtreme)
    {
        if (!Avx2.IsSupported)
        {
            return;
        }

        var (input, output) = (new FeatureBuffer(width, height, 2 * channels), new FeatureBuffer(width, height, 3 * Outputs));
        input.Pad(dilation);
        output.Pad(1);
        output.Address = input.Bytes;
        var (memory, weights, biases) = (new byte[input.Bytes + output.Bytes], new sbyte[Outputs * channels * 9], new int[Outputs]);
        _random.NextBytes(memory);
        _random.NextBytes(MemoryMarshal.AsBytes(weights.AsSpan()));
        if (isExtreme)
        {
            foreach (ref var value in memory.AsSpan())
            {
                value = (byte)(value < 8 ? 0 : 255);
            }

            // In half of the channels what the large filter's second row makes the most of, both ways: two pixels and two not.
            for (var pixel = 0; pixel < width * height; pixel++)
            {
                var (x, y) = (pixel % width, pixel / width);
                var place = ((y + input.Border) * input.RowStride) + ((x + input.Border) * (long)input.Channels) + channels;
                memory.AsSpan((int)place, channels / 2).Fill((byte)(x / 2 % 2 == 0 && y / 2 % 2 == 0 ? 255 : 0));
            }

            for (var i = 0; i < weights.Length; i++)
            {
                // All of an output's of one sign for some of them, else mixed.
                weights[i] = i / (channels * 9) % 4 == 0 || (i / (channels * 9) % 4 != 1 && weights[i] < 0) ? sbyte.MinValue : sbyte.MaxValue;
            }
        }

        var scales = new float[Outputs];
        for (var i = 0; i < Outputs; i++)
        {
            (biases[i], scales[i]) = (_random.Next(-5000, 5000), isExtreme ? 4e-4f / channels : 1f / (1000 * MathF.Sqrt(channels)));
        }

        var (from, to) = (new FeatureMap(input, channels, channels, 0.5f, 9), new FeatureMap(output, Outputs, Outputs, 0.5f, 100));
        var before = memory.ToArray();
        using var kept = new WeightMemory();
        var filter = side == 2 ? MinimalFilter.Small : MinimalFilter.Large;
        Assert.True(filter.Gives(weights, Outputs));
        var transformed = new WinogradWeights(kept, filter, weights, Outputs, channels);
        var step = new WinogradConvolution(from, dilation, transformed, new(from, transformed.Sums, scales, biases, to, isRectified: false), to);
        var seen = new HashSet<byte>();
        fixed (byte* place = memory, old = before)
        {
            var room = (byte*)NativeMemory.AlignedAlloc((nuint)step.RoomBytes, 64);
            for (var item = step.Items - 1; item >= 0; item--)
            {
                step.Run(item, new(null, place, room, null));
            }

            NativeMemory.AlignedFree(room);
            for (var y = -1; y <= height; y++)
            {
                for (var x = -1; x <= width; x++)
                {
                    var pixel = to.At(place, x, y);
                    var isInside = x >= 0 && x < width && y >= 0 && y < height;
                    for (var i = 0; i < Outputs; i++)
                    {
                        var expected = isInside ? Clamp(MathF.Round(Sum(old, i, x, y) * scales[i]) + 100) : (byte)100;
                        Assert.True(expected == pixel[i], $"{x} {y} {i}: {pixel[i]} for {expected}");
                        Assert.Equal(before[pixel - place + i - Outputs], pixel[i - Outputs]);
                        Assert.Equal(before[pixel - place + i + Outputs], pixel[i + Outputs]);
                        seen.Add(pixel[i]);
                    }
                }
            }
        }

        Assert.InRange(seen.Count, isExtreme ? 5 : 100, 256);

        int Sum(byte* memory, int output, int x, int y)
        {
            var sum = (long)biases[output];
            for (var i = 0; i < 9 * channels; i++)
            {
                var (channel, place) = (i / 9, i % 9);
                sum += (from.At(memory, x + ((place % 3) - 1) * dilation, y + ((place / 3) - 1) * dilation)[channel] - 9) * weights[(output * channels * 9) + i];
            }

            return checked((int)sum);
        }

        static byte Clamp(float level) => (byte)Math.Clamp(level, 0, 255);
    }

    /// <param name="size">Of the kernel.</param>
    /// <param name="stride">Of the kernel.</param>
    /// <param name="dilation">Of the kernel.</param>
    /// <param name="padding">Of the kernel.</param>
    /// <param name="channels">Of the input.</param>
    /// <param name="width">Of the input.</param>
    /// <param name="height">Of the input.</param>
    /// <param name="side">Of a square's results; 0 for no filter.</param>
    [Theory]
    [InlineData(3, 1, 1, 1, 64, 32, 32, 2)]
    [InlineData(3, 1, 4, 4, 1024, 32, 32, 2)]
    [InlineData(3, 1, 1, 1, 64, 64, 64, 4)]
    [InlineData(3, 1, 8, 8, 1024, 128, 32, 4)]
    [InlineData(3, 1, 1, 1, 64, 64, 60, 2)]
    [InlineData(3, 1, 1, 1, 64, 128, 130, 2)]
    [InlineData(3, 1, 8, 8, 64, 128, 144, 2)]
    [InlineData(3, 1, 8, 8, 64, 144, 128, 2)]
    [InlineData(3, 1, 1, 1, 1824, 64, 60, 2)]
    [InlineData(3, 2, 1, 1, 64, 64, 64, 0)]
    [InlineData(5, 1, 1, 1, 64, 64, 64, 0)]
    [InlineData(3, 1, 2, 1, 64, 64, 64, 0)]
    [InlineData(3, 1, 1, 1, 8, 64, 64, 0)]
    [InlineData(3, 1, 1, 1, 64, 64, 63, 0)]
    [InlineData(3, 1, 8, 8, 64, 64, 56, 0)]
    [InlineData(3, 1, 1, 1, 64, 16, 16, 0)]
    public void Takes_the_filter_whose_squares_fill_a_map_and_are_worth_their_weights(int size, int stride, int dilation, int padding, int channels, int width, int height, int side)
    {
        var filter = WinogradConvolution.FilterOf(new(size, stride, dilation, padding), new sbyte[channels * size * size], 1, Map(channels, width, height));
        Assert.Equal(side, filter?.Side ?? 0);
    }

    /// <summary>(2²⁵ − 1) / 255 = 131,586.004 and (2²⁹ − 1) / 255 = 2,105,376.1; each output counts for itself.</summary>
    /// <param name="sum">Of the second of three outputs' weights.</param>
    /// <param name="side">Of the results' squares; 0 for no filter.</param>
    [Theory]
    [InlineData(131_586, 4)]
    [InlineData(131_587, 2)]
    [InlineData(-131_586, 4)]
    [InlineData(-131_587, 2)]
    [InlineData(2_105_376, 2)]
    [InlineData(-2_105_377, 0)]
    public void Takes_a_filter_that_gives_the_greatest_result(int sum, int side)
    {
        const int Channels = 2048;
        var weights = new sbyte[3 * 9 * Channels];
        weights[0] = weights[^1] = 1;
        weights[(2 * 9 * Channels) - 1] = (sbyte)-Math.Sign(sum);
        for (var i = 9 * Channels; sum != 0; i++)
        {
            weights[i] = (sbyte)Math.Clamp(sum, -127, 127);
            sum -= weights[i];
        }

        Assert.Equal(side, WinogradConvolution.FilterOf(new(3, 1, 1, 1), weights, 3, Map(Channels, 64, 64))?.Side ?? 0);
    }

    private static FeatureMap Map(int channels, int width, int height) => new(new(width, height, channels), 0, channels, 1, 0);
}

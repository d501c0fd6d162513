using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ClearBg.Segmentation.Bytewise;

namespace ClearBg.Tests.Segmentation.Bytewise;

public sealed unsafe class WinogradConvolutionTests
{
    private const int Outputs = 32;

    private readonly Random _random = new(3);

    /// <summary>Against the Conv's definition, bit for bit, in a part of the channels of both buffers; whatever lies beside stays as it was.</summary>
    /// <param name="channels">Of the input.</param>
    /// <param name="dilation">Of the kernel.</param>
    /// <param name="width">Of both.</param>
    /// <param name="height">Of both.</param>
    /// <param name="isExtreme">All bytes and weights at one of their ends: the greatest sums there are, and the most that is on the way to them.</param>
    [Theory]
    [InlineData(16, 1, 16, 2, false)]
    [InlineData(48, 1, 48, 6, false)]
    [InlineData(32, 2, 16, 8, false)]
    [InlineData(16, 8, 32, 16, false)]
    [InlineData(1024, 1, 16, 2, true)]
    public void Computes_a_Conv_bit_for_bit(int channels, int dilation, int width, int height, bool isExtreme)
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

            for (var i = 0; i < weights.Length; i++)
            {
                // All of an output's of one sign for some of them, else mixed.
                weights[i] = i / (channels * 9) % 4 == 0 || (i / (channels * 9) % 4 != 1 && weights[i] < 0) ? sbyte.MinValue : sbyte.MaxValue;
            }
        }

        var scales = new float[Outputs];
        for (var i = 0; i < Outputs; i++)
        {
            (biases[i], scales[i]) = (_random.Next(-5000, 5000), isExtreme ? 4e-7f : 1f / (1000 * MathF.Sqrt(channels)));
        }

        var (from, to) = (new FeatureMap(input, channels, channels, 0.5f, 9), new FeatureMap(output, Outputs, Outputs, 0.5f, 100));
        var before = memory.ToArray();
        using var kept = new WeightMemory();
        var transformed = new WinogradWeights(kept, weights, Outputs, channels);
        var step = new WinogradConvolution(from, dilation, transformed, new(from, transformed.Sums, scales, biases, to, isRectified: false), to);
        Assert.True(WinogradConvolution.Fits(new(3, 1, dilation, dilation), channels, 32 * width, 32 * height));
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

    [Theory]
    [InlineData(3, 1, 1, 1, 64, 32, 32, true)]
    [InlineData(3, 1, 4, 4, 1024, 32, 32, true)]
    [InlineData(3, 2, 1, 1, 64, 64, 64, false)]
    [InlineData(5, 1, 1, 1, 64, 64, 64, false)]
    [InlineData(3, 1, 2, 1, 64, 64, 64, false)]
    [InlineData(3, 1, 1, 1, 8, 64, 64, false)]
    [InlineData(3, 1, 1, 1, 2048, 64, 64, false)]
    [InlineData(3, 1, 1, 1, 64, 64, 63, false)]
    [InlineData(3, 1, 8, 8, 64, 64, 56, false)]
    [InlineData(3, 1, 1, 1, 64, 16, 16, false)]
    public void Fits_kernels_of_three_on_maps_that_squares_fill(int size, int stride, int dilation, int padding, int channels, int width, int height, bool fits) =>
        Assert.Equal(fits, WinogradConvolution.Fits(new(size, stride, dilation, padding), channels, width, height));
}

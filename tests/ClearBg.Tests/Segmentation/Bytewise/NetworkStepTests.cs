using System.Runtime.Intrinsics.X86;
using ClearBg.Segmentation.Bytewise;

namespace ClearBg.Tests.Segmentation.Bytewise;

/// <summary>Each step against the operator's definition, in doubles, on random bytes with both ends among them. They need AVX2.</summary>
public sealed unsafe class NetworkStepTests
{
    private readonly Random _random = new(7);

    public static TheoryData<string, int, int> Products
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (var unit in Units.Names)
            {
                data.Add(unit, 1, 64);
                data.Add(unit, 3, 12);
                data.Add(unit, 18, 36);
                data.Add(unit, 37, 48);
            }

            return data;
        }
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(80, 2)]
    public void Pools_the_greatest_of_four(int channels, int border) => Check(
        (32, 6, channels), (16, 3, channels), border, static (input, output) => new MaxPoolStep(input, output),
        static (at, c, x, y) => Math.Max(Math.Max(at(c, 2 * x, 2 * y), at(c, (2 * x) + 1, 2 * y)), Math.Max(at(c, 2 * x, (2 * y) + 1), at(c, (2 * x) + 1, (2 * y) + 1))));

    [Theory]
    [InlineData(16, 1)]
    [InlineData(48, 8)]
    public void Enlarges_between_the_centres_of_pixels(int channels, int border) => Check(
        (16, 5, channels), (32, 10, channels), border, static (input, output) => new EnlargeStep(input, output),
        static (at, c, x, y) =>
        {
            var (sourceX, sourceY) = (((x + 0.5) / 2) - 0.5, ((y + 0.5) / 2) - 0.5);
            var (left, top) = ((int)Math.Floor(sourceX), (int)Math.Floor(sourceY));
            double Row(int row) => ((left + 1 - sourceX) * at(c, left, row)) + ((sourceX - left) * at(c, left + 1, row));
            return ((top + 1 - sourceY) * Row(top)) + ((sourceY - top) * Row(top + 1));
        });

    [Fact]
    public void Adds_what_the_bytes_stand_for() => Check(
        (16, 4, 32), (16, 4, 32), 1, static (input, output) => new AddStep(input, input with { Offset = 32, Scale = 0.03f, Zero = 7 }, output with { Scale = 0.05f, Zero = 3 }),
        static (at, c, x, y) => ((((at(c, x, y) - 11) * 0.02) + ((at(c + 32, x, y) - 7) * 0.03)) / 0.05) + 3, zero: 3);

    /// <summary>Steps of whole and of broken vectors; more of them than are multiplied at once; bytes that lie apart, and pixels that do.</summary>
    [Theory]
    [MemberData(nameof(Products))]
    public void Multiplies_every_byte_with_every_byte(string unit, int steps, int stepBytes)
    {
        if (unit is Units.None)
        {
            return;
        }

        const int Apart = 80;
        var (stride, second) = (steps * Apart, (16 * steps * Apart) + 48);
        var (pixels, weights, sums) = (new byte[second + (16 * stride) + 128], new sbyte[steps * 2048], new int[32 * 32]);
        _random.NextBytes(pixels);
        _random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(weights.AsSpan()));

        // What saturates if anything does.
        pixels.AsSpan(0, stepBytes).Fill(255);
        for (var row = 0; row < stepBytes / 4; row++)
        {
            weights.AsSpan(row * 64, 4).Fill(127);
            weights.AsSpan((row * 64) + 4, 4).Fill(-128);
        }

        var offsets = Enumerable.Range(0, steps).Select(static step => (nint)(step * Apart)).ToArray();

        // A thread of its own: see InferenceThread.
        var thread = new Thread(() =>
        {
            fixed (byte* p = pixels)
            fixed (sbyte* w = weights)
            fixed (int* s = sums)
            fixed (nint* o = offsets)
            {
                var product = new TileProduct { Offsets = o, Steps = steps, StepBytes = stepBytes, Pixels = p, Second = second, Weights = w, PixelStride = stride, Sums = s, Outputs = 32 };
                var tiles = Units.Of(unit);
                tiles.Enter(stepBytes);
                tiles.Multiply(&product);
                tiles.Leave();
            }
        });
        thread.Start();
        thread.Join();

        for (var pixel = 0; pixel < 32; pixel++)
        {
            for (var output = 0; output < 32; output++)
            {
                var expected = 0;
                for (var i = 0; i < steps * stepBytes; i++)
                {
                    var (step, value) = (i / stepBytes, i % stepBytes);
                    var weight = weights[(step * 2048) + (output / 16 * 1024) + (value / 4 * 64) + (output % 16 * 4) + (value % 4)];
                    expected += pixels[(pixel / 16 * second) + (pixel % 16 * stride) + (step * Apart) + value] * weight;
                }

                Assert.Equal(expected, sums[(pixel * 32) + output]);
            }
        }
    }

    /// <summary>Runs a step on an input of twice the channels, into the second half of an output, and looks at every byte of it and its border.</summary>
    private void Check((int Width, int Height, int Channels) from, (int Width, int Height, int Channels) to, int border, Func<FeatureMap, FeatureMap, NetworkStep> create, Func<Func<int, int, int, int>, int, int, int, double> define, byte zero = 11)
    {
        if (!Avx2.IsSupported)
        {
            return;
        }

        var (input, output) = (new FeatureBuffer(from.Width, from.Height, 2 * from.Channels), new FeatureBuffer(to.Width, to.Height, 2 * to.Channels));
        output.Pad(border);
        output.Address = input.Bytes;
        var memory = new byte[input.Bytes + output.Bytes];
        _random.NextBytes(memory);
        (memory[5], memory[6]) = (0, 255);
        var (source, target) = (new FeatureMap(input, 0, from.Channels, 0.02f, 11), new FeatureMap(output, to.Channels, to.Channels, 0.02f, 11));
        var before = memory.ToArray();
        fixed (byte* place = memory)
        {
            var step = create(source, target);
            for (var item = step.Items - 1; item >= 0; item--)
            {
                step.Run(item, new(null, place, null, null));
            }

            int At(int channel, int x, int y) => memory[(((Math.Clamp(y, 0, from.Height - 1) * from.Width) + Math.Clamp(x, 0, from.Width - 1)) * 2 * from.Channels) + channel];
            for (var y = -border; y < to.Height + border; y++)
            {
                for (var x = -border; x < to.Width + border; x++)
                {
                    var pixel = target.At(place, x, y);
                    for (var c = 0; c < to.Channels; c++)
                    {
                        var isInside = x >= 0 && x < to.Width && y >= 0 && y < to.Height;
                        var expected = isInside ? Math.Clamp(define(At, c, x, y), 0, 255) : zero;
                        var isTie = Math.Abs(expected - Math.Floor(expected) - 0.5) < 1e-4;
                        Assert.True(isTie && step is AddStep ? Math.Abs(pixel[c] - expected) < 0.51 : pixel[c] == Math.Round(expected, MidpointRounding.ToEven), $"{x} {y} {c}: {pixel[c]} for {expected}");
                        Assert.Equal(before[pixel - place - to.Channels + c], pixel[c - to.Channels]);
                    }
                }
            }
        }
    }
}

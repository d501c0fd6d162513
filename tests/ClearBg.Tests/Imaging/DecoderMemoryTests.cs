using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Tests.Intake;

namespace ClearBg.Tests.Imaging;

/// <summary>Looks at the process's memory, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public class DecoderMemoryTests
{
    private const int Rounds = 4;
    private const int Pictures = 3_000;

    [Fact]
    public void Twelve_thousand_small_pictures_leave_nothing_behind()
    {
        using var pool = new BufferPool(0);
        var decoder = new Decoder(pool);
        var files = new[] { PictureFormat.Jpeg, PictureFormat.Png, PictureFormat.WebP }.Select(static format => (format, PictureFiles.Real(format))).ToList();
        Parallel.For(0, 1_000, DecodeOne);

        var growth = new List<long>();
        for (var round = 0; round < Rounds; round++)
        {
            var before = Resident();
            Parallel.For(0, Pictures, DecodeOne);
            growth.Add(Resident() - before);
        }

        Assert.Equal(0, pool.Rented);

        // Not a byte; its threads hand back their caches only after the picture that they worked on is there.
        Assert.True(SpinWait.SpinUntil(static () => VipsNative.vips_tracked_get_mem() == 0, TimeSpan.FromSeconds(10)), $"{VipsNative.vips_tracked_get_mem()} bytes");

        // What that count doesn't see, it would cost memory in every round; the heap's own ups and downs don't.
        Assert.InRange(growth.Min(), long.MinValue, 3_000_000);

        void DecodeOne(int i)
        {
            var (format, file) = files[i % 3];
            using var decoded = decoder.Decode(format, file, (10, 10), CancellationToken.None);
            Assert.Equal(8, decoded.Pixels.Width);
        }

        static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Environment.WorkingSet;
        }
    }
}

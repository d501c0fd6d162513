using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Refinement;
using Microsoft.Extensions.Options;

namespace ClearBg.Jobs;

/// <summary>
/// What a process needs for its first picture and not for its configuration, begun at once on a core that has nothing to do yet: the manifest's reader is set up, libvips is
/// loaded, and the loops behind the model, which are compiled when they first run, run over a small disc.
/// </summary>
internal static class HeadStart
{
    private const int Side = 128;

    /// <summary>
    /// Begins, on a thread of its own: the pool's few are wanted. Wait for its end, whatever it is, before the process may end: libraries are taken down then, under the feet of those
    /// that are in them. What goes wrong here goes wrong again where it is needed, and is told there.
    /// </summary>
    /// <param name="level">The care that was asked for, where that is known already.</param>
    public static Task Begin(RefinementLevel? level = null) => Task.Factory.StartNew(
        () =>
        {
            ModelManifestReader.Prepare();
            VipsLibrary.Start();
            CutOutDisc(level ?? RefinementLevel.Fine);
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    internal static void CutOutDisc(RefinementLevel level)
    {
        using var pool = new BufferPool(0);
        using var picture = new Raster(pool, Side, Side, 3);
        using var matte = new Raster(pool, Side, Side, 1);
        for (var i = 0; i < matte.Samples.Length; i++)
        {
            // Its edge is soft over some pixels, and its colours differ from those around it and from each other.
            var (x, y) = (i % Side, i / Side);
            var covered = Math.Clamp((Side / 3) - Math.Sqrt(Math.Pow(x - (Side / 2), 2) + Math.Pow(y - (Side / 2), 2)), -4, 4) + 4;
            matte.Samples[i] = (byte)(covered * byte.MaxValue / 8);
            picture.Row(y)[3 * x] = (byte)(covered * 25);
            picture.Row(y)[(3 * x) + 1] = (byte)(x ^ y);
            picture.Row(y)[(3 * x) + 2] = (byte)(x + y);
        }

        var refinement = new MatteRefinement(pool, new Resizer(pool), Options.Create(new SegmentationOptions()));
        refinement.Refine(picture, matte, new Box(0, 0, Side, Side), Side, level, CancellationToken.None);
        MatteCleaning.Clean(matte);
        ForegroundEstimation.Estimate(pool, picture, matte).Dispose();
    }
}

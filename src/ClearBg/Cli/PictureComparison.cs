using System.Globalization;
using ClearBg.Evaluation;
using ClearBg.Imaging;
using ClearBg.Jobs;
using ClearBg.Segmentation;

namespace ClearBg.Cli;

/// <summary>What an evaluation finds out about one picture: how its matte compares to the true one, and its cut-out to one by the true matte.</summary>
internal sealed class PictureComparison(NewGrounds grounds, Compositor compositor, BufferPool pool)
{
    /// <summary>Compares.</summary>
    /// <param name="picture">What the matte is compared to.</param>
    /// <param name="matted">The picture and its matte; the picture ends with this.</param>
    /// <param name="followers">Paths of the other pictures of the run, the next one first.</param>
    /// <param name="sheet">Gets a row, also where comparing fails; null for none.</param>
    /// <param name="cancellation">Stops within a few rows or between two steps.</param>
    /// <exception cref="InvalidDataException">The true matte or the reference's is no matte, or has another size than the picture.</exception>
    /// <exception cref="IOException">One of them cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One of them may not be read.</exception>
    public async Task<PictureScore> CompareAsync(
        EvaluatedPicture picture, MattedPicture matted, IEnumerable<string> followers, ContactSheet? sheet, CancellationToken cancellation)
    {
        // Unmixed in the picture's own colours, then in sRGB as the ground is: what an answer with a background image has.
        var profile = matted.Metadata.IccProfile;
        using var cutOut = ColourProfile.ToSrgb(pool, CutOut(matted.Picture, matted.Matte), profile, cancellation);
        using var taken = ColourProfile.ToSrgb(pool, matted.Picture, profile, cancellation);
        using var ground = await grounds.UnderAsync(taken, followers, cancellation);
        sheet?.Add(picture.Picture, taken, cutOut, ground, cancellation);

        using var truth = Read(picture.Truth, matted.Matte);
        var band = EdgeBand.Around(truth, Mask.Foreground(truth));
        var colour = Compare(taken, cutOut, truth, ground, band);
        using var prediction = MatteSamples.From(pool, matted.Matte);
        var score = MatteScore.Of(prediction, truth, band);
        return new(picture.Name, picture.Group, score, colour, picture.Reference is { } path ? Compare(prediction, truth, path, matted.Matte) : null);
    }

    /// <summary>The true matte in 8 bits, as an answer has it: one that is right has no error.</summary>
    private ColourError Compare(Raster taken, Raster cutOut, Plane truth, Raster ground, Mask band)
    {
        using var matte = MatteSamples.ToRaster(pool, truth);
        using var wanted = CutOut(taken, matte);
        return ColourError.Of(taken, cutOut, wanted, ground, band);
    }

    private ReferenceScore Compare(Plane prediction, Plane truth, string path, Raster matte)
    {
        using var reference = Read(path, matte);
        var its = Mask.Foreground(reference);
        return new(
            AbsoluteError.Mean(reference, truth),
            Mask.Iou(its, Mask.Foreground(truth)),
            Mask.Iou(its, Mask.Foreground(prediction)),
            AbsoluteError.Mean(reference, prediction));
    }

    private Raster CutOut(Raster picture, Raster matte)
    {
        using var edge = ForegroundEstimation.Estimate(pool, picture, matte);
        return compositor.CutOut(picture, matte, new Box(0, 0, picture.Width, picture.Height), edge.ColourAt);
    }

    /// <summary>A matte of another size is another picture's, or was scaled: resampling it here would compare something else than the files.</summary>
    private Plane Read(string path, Raster own)
    {
        var matte = MatteSamples.Read(pool, path);
        if ((matte.Width, matte.Height) == (own.Width, own.Height))
        {
            return matte;
        }

        using (matte)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"The matte {path} is {matte.Width} × {matte.Height} pixels, the picture's own {own.Width} × {own.Height}."));
        }
    }
}

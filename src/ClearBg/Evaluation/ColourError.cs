using ClearBg.Imaging;

namespace ClearBg.Evaluation;

/// <summary>
/// How wrong the colours of a cut-out are on a new ground: the mean of |O − R| over the pixels of the <see cref="EdgeBand"/> and the three channels, in levels of 0 to 255,
/// sRGB as it is stored. With the true matte T, foreground colours F that were unmixed by T, and the new ground N, the reference is R = T·F + (1−T)·N. A cut-out of
/// matte α and colours f gives O = α·f + (1−α)·N. 0 is best, and what a picture without an edge has.
/// </summary>
/// <param name="Unmixed">The cut-out as it is: f are the colours that were unmixed by α.</param>
/// <param name="AsTaken">The same matte with the picture's own colours in place of f, the old ground still in them.</param>
internal readonly record struct ColourError(double Unmixed, double AsTaken)
{
    /// <summary>Compares two cut-outs of a picture on a ground. All have the same size.</summary>
    /// <param name="picture">RGB or RGBA: the colours as taken; its own alpha must be in both cut-outs already.</param>
    /// <param name="cutOut">RGBA: f and α.</param>
    /// <param name="truth">RGBA: F and T.</param>
    /// <param name="ground">RGB: N.</param>
    /// <param name="band">Where they are compared.</param>
    public static ColourError Of(Raster picture, Raster cutOut, Raster truth, Raster ground, Mask band)
    {
        var (unmixed, asTaken, count) = (0d, 0d, 0L);
        for (var y = 0; y < band.Height; y++)
        {
            var inside = band.Row(y);
            var taken = picture.Row(y);
            var cut = cutOut.Row(y);
            var wanted = truth.Row(y);
            var under = ground.Row(y);
            for (var x = 0; x < inside.Length; x++)
            {
                if (!inside[x])
                {
                    continue;
                }

                var (alpha, trueAlpha) = (cut[(4 * x) + 3] / 255d, wanted[(4 * x) + 3] / 255d);
                for (var channel = 0; channel < 3; channel++)
                {
                    var below = under[(3 * x) + channel];
                    var reference = Over(wanted[(4 * x) + channel], trueAlpha, below);
                    unmixed += Math.Abs(Over(cut[(4 * x) + channel], alpha, below) - reference);
                    asTaken += Math.Abs(Over(taken[(picture.Bands * x) + channel], alpha, below) - reference);
                }

                count += 3;
            }
        }

        return count == 0 ? default : new(unmixed / count, asTaken / count);
    }

    /// <summary>The mean of each; every picture counts the same, whatever its size.</summary>
    public static ColourError Mean(IReadOnlyCollection<ColourError> errors) =>
        new(errors.Average(static error => error.Unmixed), errors.Average(static error => error.AsTaken));

    private static double Over(byte colour, double alpha, byte below) => (alpha * colour) + ((1 - alpha) * below);
}

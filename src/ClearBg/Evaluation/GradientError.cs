using System.Numerics.Tensors;
using ClearBg.Imaging;

namespace ClearBg.Evaluation;

/// <summary>
/// The gradient error of a matte (Rhemann et al., A Perceptually Motivated Online Benchmark for Image Matting, CVPR 2009): squared differences of the lengths of both
/// mattes' gradients, summed over the picture. It grows with the picture's size.
/// </summary>
internal static class GradientError
{
    /// <summary>Rows a task.</summary>
    private const int BandRows = 64;

    /// <param name="prediction">Coverage, 0 to 1.</param>
    /// <param name="truth">The same size.</param>
    /// <returns>In thousands, 0 or more.</returns>
    public static double Of(Plane prediction, Plane truth)
    {
        // One sum a row, added up in order: the same on any number of cores.
        var rows = new double[truth.Height];
        Parallel.For(0, (truth.Height + BandRows - 1) / BandRows, band =>
        {
            var (predicted, wanted) = (new GaussianGradient(prediction), new GaussianGradient(truth));
            var (one, other) = (new float[truth.Width], new float[truth.Width]);
            for (var y = band * BandRows; y < Math.Min(truth.Height, (band + 1) * BandRows); y++)
            {
                predicted.Row(y, one);
                wanted.Row(y, other);
                TensorPrimitives.Subtract(one, other, one);
                rows[y] = TensorPrimitives.SumOfSquares(one);
            }
        });
        return rows.Sum() / 1000;
    }
}

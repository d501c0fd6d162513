using ClearBg.Imaging;
using ClearBg.Segmentation.Refinement;

namespace ClearBg.Tests.Segmentation.Refinement;

/// <summary>The sparse, vectorised solver against the same equations written down as they are in the paper and solved densely in double precision.</summary>
public sealed unsafe class ClosedFormTests : IDisposable
{
    private const double Noise = 1e-7;

    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Theory]
    [InlineData(18, 13, 1)]
    [InlineData(24, 16, 2)]
    [InlineData(25, 9, 3)]
    [InlineData(9, 25, 4)]
    public void Solves_what_the_paper_s_equations_say(int width, int height, int seed)
    {
        using var picture = Noisy(width, height, seed);
        using var guide = new Guide(_pool, picture, new Box(0, 0, width, height));
        using var matte = Ramp(width, height);
        using var before = Ramp(width, height);
        using var band = new Band(_pool, matte);
        using var laplacian = new MattingLaplacian(_pool, guide, band);

        var runs = band.Runs(matte, 0);
        using var trust = new MatteTrust(_pool, before, side: 400, runs);
        var expected = Dense(picture, before, band, trust);

        new ClosedFormSolver(_pool).Solve(laplacian, matte, trust, band, runs, 2_000, CancellationToken.None);

        var (unknown, moved) = (0, 0.0);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                Assert.InRange(matte.Row(y)[x] - expected[(y * width) + x], -0.02, 0.02);
                unknown += band.Row(y)[x];
                moved = Math.Max(moved, Math.Abs(matte.Row(y)[x] - before.Row(y)[x]));
            }
        }

        Assert.InRange(unknown, width * height / 8, (width * height) - 1);
        Assert.True(moved > 0.1, "Nothing was solved.");
    }

    [Fact]
    public void Stops_when_it_is_cancelled()
    {
        using var picture = Noisy(20, 20, 5);
        using var guide = new Guide(_pool, picture, new Box(0, 0, 20, 20));
        using var matte = Ramp(20, 20);
        using var band = new Band(_pool, matte);

        Assert.Throws<OperationCanceledException>(() => new ClosedFormMatting(_pool, new Resizer(_pool)).Solve(picture, guide, matte, band, 500, new CancellationToken(canceled: true)));
    }

    private Raster Noisy(int width, int height, int seed)
    {
        var random = new Random(seed);
        var picture = new Raster(_pool, width, height, 3);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var band = 0; band < 3; band++)
                {
                    picture.Row(y)[(x * 3) + band] = (byte)((x > width / 2 ? 60 + (40 * band) : 170 - (30 * band)) + random.Next(40));
                }
            }
        }

        return picture;
    }

    /// <summary>Background, then a soft part, then foreground, from left to right.</summary>
    private MarginPlane Ramp(int width, int height)
    {
        var plane = new MarginPlane(_pool, width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                plane.Row(y)[x] = Math.Clamp((x - (width * 0.35f)) / (width * 0.3f), 0, 1);
            }
        }

        return plane;
    }

    private static double[] Dense(Raster picture, MarginPlane before, Band band, MatteTrust trust)
    {
        var (width, height) = (picture.Width, picture.Height);
        var laplacian = new double[width * height, width * height];
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                AddWindow(picture, laplacian, x, y);
            }
        }

        int[] unknown = [.. Enumerable.Range(0, width * height).Where(i => band.Row(i / width)[i % width] != 0)];
        double[] values = [.. Enumerable.Range(0, width * height).Select(i => (double)before.Row(i / width)[i % width])];
        var matrix = new double[unknown.Length, unknown.Length];
        var right = new double[unknown.Length];
        for (var row = 0; row < unknown.Length; row++)
        {
            for (var column = 0; column < unknown.Length; column++)
            {
                matrix[row, column] = laplacian[unknown[row], unknown[column]];
            }

            var place = before.IndexOf(unknown[row] / width) + (unknown[row] % width);
            matrix[row, row] += trust.Weights[place];
            right[row] = trust.Pull[place];
            for (var known = 0; known < values.Length; known++)
            {
                right[row] -= Array.BinarySearch(unknown, known) < 0 ? laplacian[unknown[row], known] * values[known] : 0;
            }
        }

        var solution = Eliminate(matrix, right);
        for (var i = 0; i < unknown.Length; i++)
        {
            values[unknown[i]] = solution[i];
        }

        return values;
    }

    private static void AddWindow(Raster picture, double[,] laplacian, int x, int y)
    {
        var pixels = Enumerable.Range(0, 9).Select(i => ((y + (i / 3) - 1) * picture.Width) + x + (i % 3) - 1).ToArray();
        var colours = pixels.Select(pixel => Enumerable.Range(0, 3).Select(band => picture.Samples[(pixel * 3) + band] / 255.0).ToArray()).ToArray();
        var mean = Enumerable.Range(0, 3).Select(band => colours.Average(colour => colour[band])).ToArray();
        foreach (var colour in colours)
        {
            for (var band = 0; band < 3; band++)
            {
                colour[band] -= mean[band];
            }
        }

        for (var j = 0; j < 9; j++)
        {
            var covariance = new double[3, 3];
            for (var a = 0; a < 3; a++)
            {
                for (var b = 0; b < 3; b++)
                {
                    covariance[a, b] = colours.Average(colour => colour[a] * colour[b]) + (a == b ? Noise / 9 : 0);
                }
            }

            var weighted = Eliminate(covariance, [.. colours[j]]);
            for (var i = 0; i < 9; i++)
            {
                laplacian[pixels[i], pixels[j]] += (i == j ? 1 : 0) - ((1 + Enumerable.Range(0, 3).Sum(band => colours[i][band] * weighted[band])) / 9);
            }
        }
    }

    /// <summary>Gauss, with the greatest pivot of a column.</summary>
    private static double[] Eliminate(double[,] matrix, double[] right)
    {
        var size = right.Length;
        for (var step = 0; step < size; step++)
        {
            var pivot = Enumerable.Range(step, size - step).MaxBy(row => Math.Abs(matrix[row, step]));
            for (var column = 0; column < size; column++)
            {
                (matrix[step, column], matrix[pivot, column]) = (matrix[pivot, column], matrix[step, column]);
            }

            (right[step], right[pivot]) = (right[pivot], right[step]);
            for (var row = step + 1; row < size; row++)
            {
                var factor = matrix[row, step] / matrix[step, step];
                for (var column = step; column < size; column++)
                {
                    matrix[row, column] -= factor * matrix[step, column];
                }

                right[row] -= factor * right[step];
            }
        }

        for (var row = size - 1; row >= 0; row--)
        {
            for (var column = row + 1; column < size; column++)
            {
                right[row] -= matrix[row, column] * right[column];
            }

            right[row] /= matrix[row, row];
        }

        return right;
    }
}

using ClearBg.Evaluation;
using ClearBg.Imaging;
using static ClearBg.Tests.Evaluation.Mattes;

namespace ClearBg.Tests.Evaluation;

/// <summary>Every figure against those of another implementation, on NumPy and SciPy, of the same definitions over the same formulas.</summary>
public sealed class MatteScoreTests : IDisposable
{
    private static readonly Dictionary<string, Comparison> Known = new(StringComparer.Ordinal)
    {
        ["a soft disc beside the true one"] = new(97, 61, () => Disc(50, 32, 22, 9), () => Disc(46, 30, 20, 3), new(0.07663661, 0.74246231, 0.88829983, 0.86332517, 0.13059034, 0.01439437, 0.16000664)),
        ["a ramp"] = new(64, 80, () => Ramp, () => Disc(31, 45, 25, 6), new(0.47488585, 0.26780707, 0.50512815, 0.32731507, 0.00995025, 0.01548405, 0.46034080)),
        ["noise"] = new(50, 33, () => Noise(1), () => Disc(20, 15, 9, 2), new(0.49423414, 0.13527575, 0.19466211, 0.32469382, 0.03550974, 0.00956166, 0.49106139)),
        ["noise for noise"] = new(45, 52, () => Noise(7), () => Noise(8), new(0.32786325, 0.34260870, 0.57234524, 0.34300830, 0.34166182, 0.00185635, 0.32786325)),
        ["a disc with noise in it"] = new(121, 75, () => Mix(Disc(60, 37, 30, 20), Noise(3), 0.35), () => Disc(62, 36, 28, 4), new(0.22763075, 0.79660441, 0.91826438, 0.78816872, 0.37204142, 0.02063196, 0.29325384)),
        ["a disc that leaves the picture"] = new(70, 90, () => Disc(4, 80, 41, 3), () => Disc(0, 85, 44, 7), new(0.03050233, 0.90342679, 0.96403246, 0.91049215, 0.37142857, 0.00702181, 0.09799322)),
        ["a disc on the wrong side"] = new(110, 40, () => Disc(90, 20, 12, 2), () => Disc(15, 20, 12, 2), new(0.20593049, 0, 0.12649207, 0.35227901, 0, 0.02782616, 0.32608956)),
        ["an empty matte"] = new(40, 30, () => Flat(0), () => Disc(20, 15, 8, 2), new(0.16842811, 0, 0.20339925, 0.41791666, 0, 0.00915566, 0.20374365)),
        ["a full matte"] = new(40, 30, () => Flat(1), () => Disc(20, 15, 8, 2), new(0.83157188, 0.16416667, 0.20339925, 0.08208333, 0, 0.00915566, 0.79625630)),
        ["two fifths everywhere"] = new(40, 30, () => Flat(0.4), () => Disc(20, 15, 8, 2), new(0.41361767, 0, 0.20339925, 0.42535921, 0, 0.00915566, 0.41647300)),
        ["a disc where nothing is"] = new(40, 30, () => Disc(20, 15, 8, 2), () => Flat(0), new(0.16842811, 0, 0, 0.83157189, 0, 0.00915566, 0)),
        ["nothing where nothing is"] = new(40, 30, () => Flat(0), () => Flat(0), new(0, 1, 0, 1, 1, 0, 0)),
        ["a ramp where all is covered"] = new(40, 30, () => Ramp, () => Flat(1), new(0.5, 0.5, 1, 0.5, 0.41463415, 0.00072338, 0)),
        ["all where all is covered"] = new(40, 30, () => Flat(1), () => Flat(1), new(0, 1, 1, 1, 1, 0, 0)),
        ["the true matte itself"] = new(53, 47, () => Disc(25, 22, 15, 5), () => Disc(25, 22, 15, 5), new(0, 1, 1, 0.95002927, 1, 0, 0)),
        ["a picture smaller than the filter"] = new(5, 3, () => Ramp, () => Disc(3, 1, 1, 1), new(0.31032678, 0.55555556, 0.69333333, 0.68560395, 0.44444444, 0.00009460, 0.31032678)),
        ["a single row"] = new(9, 1, () => Ramp, () => Disc(6, 0, 3, 2), new(0.19477123, 0.83333333, 1, 0.67175027, 0.83333333, 0.00005618, 0.19477123)),
        ["a picture of several bands of rows"] = new(400, 300, () => Disc(190, 150, 101, 12), () => Mix(Disc(200, 145, 95, 5), Noise(5), 0.1), new(0.08554605, 0.84636564, 0.92474667, 0.90853368, 0.27566916, 0.07066483, 0.08554605)),
    };

    private readonly BufferPool _pool = new(0);

    public static TheoryData<string> Names => [.. Known.Keys];

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Agrees_with_another_implementation_on(string name)
    {
        var (width, height, predicted, wanted, known) = Known[name];
        using var prediction = Paint(_pool, width, height, predicted());
        using var truth = Paint(_pool, width, height, wanted());

        var score = MatteScore.Of(prediction, truth, EdgeBand.Around(truth, Mask.Foreground(truth)));

        // That one sums in single precision. The gradient error is in thousands: those of small pictures have few digits here.
        Assert.All(Figures(known).Zip(Figures(score)), static pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.InRange(score.Gradient, known.Gradient * 0.999, (known.Gradient * 1.001) + 1e-8);
    }

    [Fact]
    public void Mattes_of_different_sizes_are_not_compared()
    {
        using var prediction = Paint(_pool, 4, 6, Ramp);
        using var truth = Paint(_pool, 6, 4, Ramp);

        Assert.Throws<ArgumentException>(() => MatteScore.Of(prediction, truth, new Mask(6, 4)));
    }

    [Fact]
    public void The_mean_counts_every_score_the_same() =>
        Assert.Equal(new(2, 3, 4, 5, 6, 7, 8), MatteScore.Mean([new(1, 2, 3, 4, 5, 6, 7), new(3, 4, 5, 6, 7, 8, 9)]));

    private static double[] Figures(MatteScore score) => [score.Mae, score.Iou, score.MaxF, score.SMeasure, score.BoundaryIou, score.Gradient, score.BandMae];

    /// <summary>Formulas as functions: noise begins anew with each.</summary>
    private sealed record Comparison(int Width, int Height, Func<Coverage> Prediction, Func<Coverage> Truth, MatteScore Known);
}

using ClearBg.Imaging;
using ClearBg.Segmentation.Refinement;

namespace ClearBg.Tests.Segmentation.Refinement;

/// <summary>A matte in two halves with an edge down the middle, sharp or soft.</summary>
public sealed unsafe class MatteTrustTests : IDisposable
{
    private const int Side = 280;
    private const int Middle = Side / 2;

    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    [Theory]
    [InlineData(0, 3, 0.9, 1.01)]
    [InlineData(2, 3, 0.01, 0.5)]
    [InlineData(40, 3, 0, 1.1e-5)]
    [InlineData(40, 24, 0, 0.02)]
    [InlineData(40, 60, 0.3, 1.01)]
    public void Believes_what_is_sure_unless_its_surroundings_are_soft(int softness, int distance, double least, double most)
    {
        using var matte = Halves(softness);
        foreach (var x in (int[])[Middle - 1 - distance, Middle + distance])
        {
            Assert.InRange(Weight(matte, x, 500), least, most);
        }
    }

    [Fact]
    public void Believes_a_small_picture_s_matte_more()
    {
        using var matte = Halves(8);

        Assert.True(Weight(matte, Middle + 6, 499) > 10 * Weight(matte, Middle + 6, 500));
        Assert.Equal(Weight(matte, Middle + 6, 1), Weight(matte, Middle + 6, 499));
    }

    [Fact]
    public void Believes_nothing_that_is_soft_itself()
    {
        using var matte = Halves(4);

        Assert.InRange(Weight(matte, Middle, 1), 0.99e-5, 2e-5);
    }

    [Theory]
    [InlineData(0.97f, 1)]
    [InlineData(0.5f, 0.5)]
    [InlineData(0.02f, 0)]
    public void Takes_what_is_sure_for_0_or_1(float everywhere, double meant)
    {
        using var matte = new MarginPlane(_pool, 64, 64);
        for (var y = 0; y < 64; y++)
        {
            matte.Row(y).Fill(everywhere);
        }

        using var trust = new MatteTrust(_pool, matte, 1, [new Run(32, matte.IndexOf(32), 64)]);

        var place = matte.IndexOf(32) + 32;
        Assert.Equal(meant, trust.Pull[place] / trust.Weights[place], 1e-4);
    }

    private double Weight(MarginPlane matte, int x, int side)
    {
        using var trust = new MatteTrust(_pool, matte, side, [new Run(Middle, matte.IndexOf(Middle), Side)]);
        return trust.Weights[matte.IndexOf(Middle) + x];
    }

    private MarginPlane Halves(int softness)
    {
        var plane = new MarginPlane(_pool, Side, Side);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                plane.Row(y)[x] = Math.Clamp(((x + 0.5f - Middle) / Math.Max(softness, 0.5f)) + 0.5f, 0, 1);
            }
        }

        return plane;
    }
}

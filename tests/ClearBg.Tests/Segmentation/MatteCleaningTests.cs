using ClearBg.Imaging;
using ClearBg.Segmentation;

namespace ClearBg.Tests.Segmentation;

public sealed class MatteCleaningTests : IDisposable
{
    private static readonly Box Subject = new(300, 300, 400, 400);

    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>A level in a box of a picture of 1000 × 1000 with a subject in its middle, and what is left of it: of specks nothing, of pinholes nothing but the subject.</summary>
    [Theory]
    [InlineData(50, 50, 10, 10, 255, 0)]
    [InlineData(50, 50, 200, 20, 60, 0)]
    [InlineData(50, 50, 100, 100, 255, 255)]
    [InlineData(50, 50, 200, 20, 10, 10)]
    [InlineData(700, 500, 250, 1, 90, 90)]
    [InlineData(700, 500, 250, 1, 255, 255)]
    [InlineData(500, 500, 1, 1, 0, 255)]
    [InlineData(500, 500, 5, 5, 200, 255)]
    [InlineData(500, 500, 30, 30, 0, 0)]
    [InlineData(500, 500, 60, 60, 200, 200)]
    [InlineData(500, 300, 2, 30, 0, 0)]
    public void Specks_and_pinholes_go_and_all_else_stays(int left, int top, int width, int height, byte level, byte expected)
    {
        using var matte = new Raster(_pool, 1000, 1000, 1);
        matte.Samples.Clear();
        Fill(matte, Subject, 255);
        Fill(matte, new Box(left, top, width, height), level);

        MatteCleaning.Clean(matte);

        Assert.Equal(expected, matte.Row(top + (height / 2))[left + (width / 2)]);
        Assert.Equal(255, matte.Row(400)[400]);
        Assert.Equal(0, matte.Row(900)[100]);
    }

    [Fact]
    public void Without_a_subject_nothing_changes()
    {
        using var matte = new Raster(_pool, 400, 300, 1);
        matte.Samples.Fill(100);

        MatteCleaning.Clean(matte);

        Assert.Equal(-1, matte.Samples.IndexOfAnyExcept((byte)100));
    }

    private static void Fill(Raster matte, Box box, byte level)
    {
        for (var y = box.Top; y < box.Bottom; y++)
        {
            matte.Row(y).Slice(box.Left, box.Width).Fill(level);
        }
    }
}

using ClearBg.Imaging;
using ClearBg.Segmentation;

namespace ClearBg.Tests.Segmentation;

public sealed class SubjectBoxTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>Sizes below, at and far above the one that regions are labelled at.</summary>
    public static TheoryData<int, int> Sizes => new() { { 300, 200 }, { 320, 320 }, { 321, 100 }, { 1000, 1700 }, { 2003, 1501 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Is_exactly_as_tight_as_the_visible_pixels(int width, int height)
    {
        var subject = new Box((width / 3) + 1, (height / 4) + 1, width / 2, height / 3);

        Assert.Equal(subject, Find(width, height, (subject, 255)));
        Assert.Equal(subject, Find(width, height, (subject, SubjectBox.Visible), (new Box(subject.Left + 5, subject.Top + 5, 1, 1), 128)));
        Assert.Equal(new Box(0, 0, width, height), Find(width, height, (new Box(0, 0, width, height), 255)));
        Assert.Equal(new Box(width - 3, 0, 3, height), Find(width, height, (new Box(width - 3, 0, 3, height), 200)));
        Assert.Equal(new Box(0, height - 1, width, 1), Find(width, height, (new Box(0, height - 1, width, 1), 255)));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Specks_are_ignored_and_a_second_subject_is_not(int width, int height)
    {
        var subject = new Box(width / 2, height / 2, width / 3, height / 3);
        var second = new Box(2, 3, width / 8, height / 8);

        Assert.Equal(subject, Find(width, height, (subject, 255), (new Box(0, 0, 1, 1), 255), (new Box(width - 1, 5, 1, 2), 255)));
        var both = new Box(2, 3, subject.Right - 2, subject.Bottom - 3);
        Assert.Equal(both, Find(width, height, (subject, 255), (second, 200)));
    }

    [Fact]
    public void A_speck_in_the_haze_around_a_subject_does_not_widen_the_box()
    {
        // The haze reaches further left than the subject; the speck lies above the haze, in the same columns, not joined to it.
        var box = Find(900, 900, (new Box(300, 300, 400, 400), 255), (new Box(30, 500, 300, 20), 40), (new Box(60, 320, 1, 1), 255));

        Assert.Equal(new Box(300, 300, 400, 400), box);
    }

    /// <summary>The astronaut among the samples has haze of a tenth beside her sleeve; her box reached to the picture's edge.</summary>
    [Fact]
    public void Faint_haze_beside_the_subject_gets_no_room()
    {
        Assert.Equal(new Box(20, 15, 480, 497), Find(512, 512, (new Box(20, 15, 480, 497), 255), (new Box(0, 430, 20, 82), 30)));
    }

    [Fact]
    public void A_strand_that_pales_still_belongs_to_the_subject()
    {
        var box = Find(300, 300, (new Box(100, 100, 150, 150), 255), (new Box(60, 120, 40, 1), 20), (new Box(50, 120, 10, 1), 90));

        Assert.Equal(new Box(50, 100, 200, 150), box);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(127)]
    public void Nothing_certain_is_no_subject(byte level) => Assert.Null(Find(640, 480, (new Box(10, 10, 600, 400), level)));

    [Fact]
    public void Works_down_to_one_pixel()
    {
        Assert.Equal(new Box(0, 0, 1, 1), Find(1, 1, (new Box(0, 0, 1, 1), 128)));
        Assert.Null(Find(1, 1, (new Box(0, 0, 1, 1), 127)));
        Assert.Equal(new Box(0, 999, 1, 1), Find(1, 1000, (new Box(0, 999, 1, 1), 255)));
        Assert.Equal(new Box(9_999, 0, 1, 1), Find(10_000, 1, (new Box(9_999, 0, 1, 1), 255)));
    }

    private Box? Find(int width, int height, params (Box Box, byte Level)[] areas)
    {
        using var matte = new Raster(_pool, width, height, 1);
        matte.Samples.Clear();
        foreach (var (box, level) in areas)
        {
            for (var y = box.Top; y < box.Bottom; y++)
            {
                matte.Row(y).Slice(box.Left, box.Width).Fill(level);
            }
        }

        return SubjectBox.Find(matte);
    }
}

using ClearBg.Imaging;
using FsCheck;
using FsCheck.Fluent;

namespace ClearBg.Tests.Imaging;

public class LayoutTests
{
    private const long MaxPixels = 10_000_000;
    private const int MaxSide = 16_383;

    /// <summary>A picture of 200 × 100 with its subject at 40, 20, of 60 × 50.</summary>
    private static readonly Box Subject = new(40, 20, 60, 50);

    private static Length Px(double value) => new(value, false);

    private static Length Share(double value) => new(value, true);

    private static Margins All(Length length) => new(length, length, length, length);

    private static Layout Arrange(bool crop = false, Margins margin = default, double? scale = null, Position? position = null, Box? subject = null) =>
        Layout.Arrange(200, 100, subject ?? Subject, crop, margin, scale, position, MaxPixels, MaxSide);

    [Fact]
    public void Without_wishes_the_canvas_is_the_picture()
    {
        var layout = Arrange();

        Assert.True(layout.FillsCanvas);
        Assert.Equal(new Layout(200, 100, new Box(0, 0, 200, 100), new Box(0, 0, 200, 100)), layout);
    }

    [Fact]
    public void Crop_makes_the_subjects_box_the_canvas() =>
        Assert.Equal(new Layout(60, 50, Subject, new Box(0, 0, 60, 50)), Arrange(crop: true));

    [Fact]
    public void A_margin_adds_canvas_also_past_the_pictures_edge()
    {
        Assert.Equal(new Layout(80, 70, Subject, new Box(10, 10, 60, 50)), Arrange(crop: true, margin: All(Px(10))));
        Assert.Equal(new Layout(1060, 1050, Subject, new Box(500, 500, 60, 50)), Arrange(crop: true, margin: All(Px(500))));

        // Per cent of the subject's own side.
        Assert.Equal(new Layout(120, 100, Subject, new Box(30, 25, 60, 50)), Arrange(crop: true, margin: All(Share(0.5))));
        Assert.Equal(new Layout(64, 54, Subject, new Box(4, 1, 60, 50)), Arrange(crop: true, margin: new(Px(1), Px(0), Px(3), Px(4))));
        Assert.Equal(new Layout(60 + 12, 50 + 2, Subject, new Box(6, 1, 60, 50)), Arrange(crop: true, margin: new(Px(1), Share(0.1), Px(1), Share(0.1))));
    }

    [Fact]
    public void A_margin_means_nothing_without_crop() => Assert.Equal(Arrange(), Arrange(margin: All(Px(10))));

    [Theory]

    // 60 × 50 in 200 × 100: the height binds.
    [InlineData(1.0, 40, 0, 120, 100)]
    [InlineData(0.5, 70, 25, 60, 50)]
    [InlineData(0.1, 94, 45, 12, 10)]
    public void Scale_is_the_subject_against_the_canvas_and_centres_it(double scale, int left, int top, int width, int height) =>
        Assert.Equal(new Layout(200, 100, Subject, new Box(left, top, width, height)), Arrange(scale: scale));

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1, 1, 140, 50)]
    [InlineData(0.5, 0.5, 70, 25)]
    [InlineData(0.25, 1, 35, 50)]
    public void Position_shares_out_the_free_space_as_css_does(double x, double y, int left, int top) =>
        Assert.Equal(new Layout(200, 100, Subject, new Box(left, top, 60, 50)), Arrange(position: new Position(x, y)));

    [Fact]
    public void The_original_position_keeps_the_subject_where_it_was() =>
        Assert.Equal(new Layout(200, 100, Subject, Subject), Arrange(position: Position.Original));

    [Theory]

    // Centre 70, 45: half the size stays there, the full height can't but stays inside.
    [InlineData(0.25, 55, 33, 30, 25)]
    [InlineData(1.0, 10, 0, 120, 100)]
    public void A_scaled_subject_keeps_its_centre_as_far_as_the_canvas_allows(double scale, int left, int top, int width, int height)
    {
        var target = Arrange(scale: scale, position: Position.Original).Target;

        Assert.Equal((width, height), (target.Width, target.Height));
        Assert.InRange(target.Left, left - 1, left + 1);
        Assert.InRange(target.Top, top - 1, top + 1);
    }

    [Fact]
    public void A_subject_in_the_corner_is_clamped_at_the_original_position() =>
        Assert.Equal(new Box(0, 0, 120, 100), Arrange(scale: 1, position: Position.Original, subject: new Box(0, 0, 60, 50)).Target);

    [Fact]
    public void Crop_comes_first_and_scale_and_position_act_inside_it()
    {
        Assert.Equal(new Layout(100, 90, Subject, new Box(35, 33, 30, 25)), Arrange(crop: true, margin: All(Px(20)), scale: 0.3) with { Target = new Box(35, 33, 30, 25) });
        var layout = Arrange(crop: true, margin: All(Px(20)), scale: 1, position: new Position(0, 0));
        Assert.Equal((100, 90, 100, 83), (layout.Width, layout.Height, layout.Target.Width, layout.Target.Height));
        Assert.Equal((0, 0), (layout.Target.Left, layout.Target.Top));
        Assert.Equal(new Layout(80, 70, Subject, new Box(20, 20, 60, 50)), Arrange(crop: true, margin: All(Px(10)), position: new Position(1, 1)));
        Assert.Equal(new Layout(70, 50, Subject, new Box(10, 0, 60, 50)), Arrange(crop: true, margin: new(Px(0), Px(0), Px(0), Px(10)), position: Position.Original));
    }

    [Fact]
    public void A_canvas_over_the_cap_shrinks_with_everything_on_it()
    {
        var layout = Layout.Arrange(1000, 1000, new Box(0, 0, 1000, 1000), crop: true, All(Share(0.5)), null, null, 1_000_000, MaxSide);

        Assert.Equal(new Layout(1000, 1000, new Box(0, 0, 1000, 1000), new Box(250, 250, 500, 500)), layout);
        var tall = Layout.Arrange(100, 9_000, new Box(0, 0, 100, 9_000), crop: true, All(Share(0.5)), null, null, MaxPixels, 9_000);
        Assert.Equal((100, 9_000), (tall.Width, tall.Height));
        Assert.Equal(new Box(25, 2_250, 50, 4_500), tall.Target);
    }

    [Fact]
    public void What_is_around_the_subject_is_shown_as_far_as_picture_and_canvas_go()
    {
        Assert.Equal(Arrange(), Arrange().Widened(200, 100));
        Assert.Equal(Arrange(crop: true), Arrange(crop: true).Widened(200, 100));
        Assert.Equal(new Layout(80, 70, new Box(30, 10, 80, 70), new Box(0, 0, 80, 70)), Arrange(crop: true, margin: All(Px(10))).Widened(200, 100));

        // The canvas is larger than the picture: all of it, in its place.
        Assert.Equal(new Layout(1060, 1050, new Box(0, 0, 200, 100), new Box(460, 480, 200, 100)), Arrange(crop: true, margin: All(Px(500))).Widened(200, 100));

        // Moved to the left edge: what was left of it has no room.
        Assert.Equal(new Layout(200, 100, new Box(40, 20, 160, 80), new Box(0, 0, 160, 80)), Arrange(position: new Position(0, 0)).Widened(200, 100));

        // At a fifth of its size (12 × 10 at 94, 45) the whole picture shrinks with it.
        Assert.Equal(new Layout(200, 100, new Box(0, 0, 200, 100), new Box(86, 41, 40, 20)), Arrange(scale: 0.1).Widened(200, 100));
    }

    [Fact]
    public void The_target_never_leaves_the_canvas_and_the_canvas_never_passes_its_caps()
    {
        var cases =
            from width in Gen.Choose(1, 10_000)
            from height in Gen.Choose(1, Math.Min(10_000, 50_000_000 / width))
            from subjectWidth in Gen.Choose(1, width)
            from subjectHeight in Gen.Choose(1, height)
            from left in Gen.Choose(0, width - subjectWidth)
            from top in Gen.Choose(0, height - subjectHeight)
            from crop in Gen.Elements(true, false)
            from pixels in Gen.Choose(0, 500)
            from share in Gen.Choose(0, 50)
            from scale in Gen.Elements<double?>(null, 0.1, 0.101, 0.33, 0.5, 0.999, 1)
            from position in Gen.Elements<Position?>(null, Position.Center, Position.Original, new Position(0, 1), new Position(0.01, 0.99))
            from cap in Gen.Elements(250_000L, 1_500_000, 10_000_000, 50_000_000)
            select (width, height, subject: new Box(left, top, subjectWidth, subjectHeight), crop, margin: new Margins(Px(pixels), Share(share / 100.0), Px(0), Px(pixels)), scale, position, cap);

        Prop.ForAll(cases.ToArbitrary(), static c =>
        {
            var layout = Layout.Arrange(c.width, c.height, c.subject, c.crop, c.margin, c.scale, c.position, c.cap, MaxSide);
            var wide = layout.Widened(c.width, c.height);
            Assert.InRange(wide.Target.Left, 0, layout.Target.Left);
            Assert.InRange(wide.Target.Right, layout.Target.Right, layout.Width);
            Assert.InRange(wide.Target.Top, 0, layout.Target.Top);
            Assert.InRange(wide.Target.Bottom, layout.Target.Bottom, layout.Height);
            Assert.InRange(wide.Source.Left, 0, layout.Source.Left);
            Assert.InRange(wide.Source.Right, layout.Source.Right, c.width);
            Assert.InRange(wide.Source.Top, 0, layout.Source.Top);
            Assert.InRange(wide.Source.Bottom, layout.Source.Bottom, c.height);
            Assert.InRange(layout.Width, 1, MaxSide);
            Assert.InRange(layout.Height, 1, MaxSide);
            Assert.InRange((long)layout.Width * layout.Height, 1, c.cap);
            Assert.InRange(layout.Target.Width, 1, layout.Width);
            Assert.InRange(layout.Target.Height, 1, layout.Height);
            Assert.InRange(layout.Target.Left, 0, layout.Width - layout.Target.Width);
            Assert.InRange(layout.Target.Top, 0, layout.Height - layout.Target.Height);
            Assert.InRange(layout.Source.Left, 0, c.width - layout.Source.Width);
            Assert.InRange(layout.Source.Top, 0, c.height - layout.Source.Height);
            if (c.scale == 1 && layout.Width > 1 && layout.Height > 1)
            {
                Assert.True(layout.Width - layout.Target.Width <= 1 || layout.Height - layout.Target.Height <= 1, $"{layout} doesn't touch.");
            }
        }).QuickCheckThrowOnFailure();
    }
}

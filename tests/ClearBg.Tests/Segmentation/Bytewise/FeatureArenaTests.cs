using ClearBg.Segmentation.Bytewise;

namespace ClearBg.Tests.Segmentation.Bytewise;

public class FeatureArenaTests
{
    [Fact]
    public void Buffers_in_use_at_the_same_time_do_not_overlap_and_others_share_memory()
    {
        var buffers = Enumerable.Range(0, 60).Select(static i =>
        {
            var buffer = new FeatureBuffer(16 + (i * 37 % 5 * 16), 8 + (i * 13 % 40), 16 * (1 + (i * 7 % 4)));
            buffer.Pad(i % 3);
            buffer.Use(i);
            buffer.Use(i + (i * 11 % 9));
            return buffer;
        }).ToList();

        var size = FeatureArena.Place(buffers);

        foreach (var (one, other) in buffers.SelectMany((one, i) => buffers.Skip(i + 1).Select(other => (one, other))))
        {
            var together = one.FirstStep <= other.LastStep && other.FirstStep <= one.LastStep;
            Assert.True(!together || one.Address + one.Bytes <= other.Address || other.Address + other.Bytes <= one.Address);
        }

        Assert.Equal(size, buffers.Max(static buffer => buffer.Address + buffer.Bytes));
        Assert.All(buffers, static buffer => Assert.Equal(0, buffer.Address % 64));

        // No more than a fifth above what any step needs at least.
        var most = Enumerable.Range(0, 70).Max(step => buffers.Where(buffer => buffer.FirstStep <= step && step <= buffer.LastStep).Sum(static buffer => buffer.Bytes));
        Assert.InRange(size, most, most * 1.2);
    }
}

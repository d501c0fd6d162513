using ClearBg.Imaging;
using ClearBg.Jobs;

namespace ClearBg.Tests.Jobs;

public sealed class PaidFingerprintTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose() => _pool.Dispose();

    /// <summary>Another value would turn every payment that is pending or settled at an upgrade into a 409.</summary>
    [Theory]
    [InlineData(OutputFormat.Png, "a3abe845f905fde82112fce38c8f608168747ad308856c5cafcf5117fafcb748")]
    [InlineData(OutputFormat.WebP, "0b7067e42ea72a9809382551d62d6a7ada79f887c40afdf0f1c3f8e953c84677")]
    internal void Is_the_same_in_every_version_and_whatever_else_there_is_to_choose(OutputFormat format, string expected)
    {
        using var picture = _pool.Rent(3);
        ((byte[])[1, 2, 3]).CopyTo(picture.Bytes);
        picture.Shorten(3);

        Assert.Equal(expected, PaidFingerprint.Of(new RemovalJob(picture, new RemovalOptions { Format = format })));
        Assert.Equal(expected, PaidFingerprint.Of(new RemovalJob(picture, new RemovalOptions { Format = format, Scale = 0.5, Size = SizeTier.FiftyMegapixels })));
    }
}

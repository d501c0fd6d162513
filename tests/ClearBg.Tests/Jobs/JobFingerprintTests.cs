using ClearBg.Imaging;
using ClearBg.Jobs;

namespace ClearBg.Tests.Jobs;

public sealed class JobFingerprintTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Everything_that_decides_an_answer_decides_it()
    {
        var options = new RemovalOptions();
        string[] prints =
        [
            Of([1, 2, 3], null, options),
            Of([1, 2], null, options),
            Of([1, 2, 3], [], options),
            Of([1, 2], [3], options),
            Of([1], [2, 3], options),
            Of([1, 2, 3], null, options with { Scale = 0.5 }),
            Of([1, 2, 3], null, options with { Scale = 0.25 }),
            Of([1, 2, 3], null, options with { Region = new Region(default, default, new Length(1, true), new Length(1, true)) }),
            Of([1, 2, 3], null, options with { Region = new Region(default, default, new Length(1, true), new Length(1, false)) }),
            Of([1, 2, 3], null, options with { CropMargin = new Margins(new Length(1, false), default, default, default) }),
            Of([1, 2, 3], null, options with { CropMargin = new Margins(default, new Length(1, false), default, default) }),
            Of([1, 2, 3], null, options with { Shadow = new Shadow(ShadowKind.Drop) }),
            Of([1, 2, 3], null, options with { Shadow = new Shadow(ShadowKind.Drop, 0) }),
            Of([1, 2, 3], null, options with { Background = new Rgba(0, 0, 1) }),
            Of([1, 2, 3], null, options with { Position = Position.Center }),
            Of([1, 2, 3], null, options with { Position = Position.Original }),
        ];

        Assert.Equal(prints.Length, prints.Distinct(StringComparer.Ordinal).Count());
        Assert.All(prints, static print => Assert.Matches("^[0-9a-f]{64}$", print));
        Assert.Equal(prints[0], Of([1, 2, 3], null, new RemovalOptions()));
    }

    [Fact]
    public void An_answer_follows_from_its_size_and_model_too() => Assert.Equal(3, new[]
    {
        JobFingerprint.OfAnswer("a", SizeTier.Hd, "m"), JobFingerprint.OfAnswer("a", SizeTier.Full, "m"), JobFingerprint.OfAnswer("a", SizeTier.Hd, "n"),
    }.Distinct(StringComparer.Ordinal).Count());

    private string Of(byte[] picture, byte[]? background, RemovalOptions options)
    {
        using var bytes = Copy(picture);
        using var behind = background is null ? null : Copy(background);
        return JobFingerprint.Of(new RemovalJob(bytes!, options, behind));
    }

    private PixelBuffer Copy(byte[] bytes)
    {
        var buffer = _pool.Rent(Math.Max(bytes.Length, 1));
        buffer.Shorten(bytes.Length);
        bytes.CopyTo(buffer.Bytes);
        return buffer;
    }
}

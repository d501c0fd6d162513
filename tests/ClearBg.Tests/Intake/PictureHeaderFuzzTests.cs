using ClearBg.Intake;
using FsCheck;
using FsCheck.Fluent;
using static ClearBg.Tests.Intake.PictureFiles;

namespace ClearBg.Tests.Intake;

public class PictureHeaderFuzzTests
{
    private static readonly IntakeOptions Limits = new();

    [Fact]
    public void Any_bytes_at_all_give_a_header_or_a_refusal() =>
        Prop.ForAll<byte[]>(static bytes => HoldsItsPromise(bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_hundred_thousand_broken_headers_give_a_header_or_a_refusal()
    {
        var seeds = Seeds();
        var random = new Random(20_261_121);
        for (var turn = 0; turn < 100_000; turn++)
        {
            var file = Mutated(seeds[turn % seeds.Length], random);
            Assert.True(HoldsItsPromise(file), Convert.ToHexString(file));
        }
    }

    /// <summary>No exception, and nothing out of bounds.</summary>
    private static bool HoldsItsPromise(byte[] file) =>
        !PictureHeader.Read(file, Limits).Succeeded(out var header, out var failure)
            ? !string.IsNullOrWhiteSpace(failure.Detail)
            : header is { Width: >= 1 and <= 10_000, Height: >= 1 and <= 10_000, Megapixels: <= 50, Orientation: >= 1 and <= 8 };

    private static byte[][] Seeds()
    {
        var exif = Exif(true, true, (0x0112, 3, 1, 6));
        return
        [
            Png(640, 480, chunks: PngChunk("eXIf", exif[6..])), Jpeg(640, 480, scans: 3, segments: JpegSegment(0xE1, exif)), Jpeg(640, 480, frame: 0xC2, scans: 99),
            WebP(Vp8(640, 480)), WebP(Vp8L(640, 480)), WebP(Vp8X(640, 480, flags: 8), Vp8(640, 480), WebPChunk("EXIF", exif)),
        ];
    }

    /// <summary>A few bytes changed (to edge values, mostly), and now and then cut, or with a piece taken out or doubled.</summary>
    private static byte[] Mutated(byte[] seed, Random random)
    {
        ReadOnlySpan<byte> edges = [0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF, 0xDA, 0xC0];
        byte[] file = [.. seed];
        for (var changes = random.Next(6); changes >= 0; changes--)
        {
            // Headers are short: most changes go where they matter.
            var at = random.Next(random.Next(4) == 0 ? file.Length : Math.Min(file.Length, 64));
            file[at] = random.Next(2) == 0 ? edges[random.Next(edges.Length)] : (byte)random.Next(256);
        }

        var (one, other) = (random.Next(file.Length + 1), random.Next(file.Length + 1));
        var (from, to) = (Math.Min(one, other), Math.Max(one, other));
        return random.Next(8) switch
        {
            0 => file[..from],
            1 => [.. file[..from], .. file[to..]],
            2 => [.. file[..to], .. file[from..]],
            _ => file,
        };
    }
}

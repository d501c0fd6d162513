using ClearBg.Imaging;

namespace ClearBg.Tests.Cli;

/// <summary>What the real model makes of two photographs: one batch from a folder with a broken file in it, and one picture through a pipe.</summary>
public sealed class RemovedPicturesTests(RemovedPicturesTests.Runs runs) : IClassFixture<RemovedPicturesTests.Runs>
{
    private static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "samples", name);

    [Fact]
    public void A_broken_picture_fails_the_run_and_not_the_others()
    {
        Assert.Equal((1, ""), (runs.Folder.Code, runs.Folder.Output));
        Assert.Contains($"cut-short.jpg: The picture is corrupt or cut short.{Environment.NewLine}", runs.Folder.Error, StringComparison.Ordinal);
        Assert.Matches(@"in.astronaut\.png -> .*out.astronaut-no-bg\.png \(512 × 512, \d+\.\d s\)", runs.Folder.Error);
        Assert.EndsWith($"1 done, 0 skipped, 1 failed.{Environment.NewLine}", runs.Folder.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_left_but_the_outputs_and_no_database_is_made() =>
        Assert.Equal("in/astronaut.png in/cut-short.jpg out/astronaut-no-bg.png", runs.Terminal.Files());

    [Fact]
    public void The_cut_out_has_the_subject_as_it_was_and_nothing_around_it()
    {
        using var pool = new BufferPool(0);
        using var photo = Decode(pool, PictureFormat.Png, File.ReadAllBytes(Sample("astronaut.png")));
        using var cutOut = Decode(pool, PictureFormat.Png, File.ReadAllBytes(runs.Terminal.Folder["out", "astronaut-no-bg.png"]));

        var (before, after) = (photo.Pixels, cutOut.Pixels);
        Assert.Equal((512, 512, 4), (after.Width, after.Height, after.Bands));
        Assert.Equal((0, 0), (Pixel(after, 0, 0)[3], Pixel(after, 511, 0)[3]));

        // Her face and her suit.
        foreach (var (x, y) in ((int, int)[])[(220, 110), (200, 330)])
        {
            Assert.Equal([.. Pixel(before, x, y)[..3], 255], Pixel(after, x, y));
        }
    }

    [Fact]
    public void A_picture_goes_through_a_pipe_with_nothing_else_on_standard_output()
    {
        using var pool = new BufferPool(0);
        using var picture = Decode(pool, PictureFormat.Jpeg, runs.Pipe.Bytes);

        Assert.Equal((0, ""), (runs.Pipe.Code, runs.Pipe.Output));
        Assert.Matches(@"^standard input -> standard output \(451 × 300, \d+\.\d s\)\r?\n$", runs.Pipe.Error);
        Assert.Equal((451, 300, 3), (picture.Pixels.Width, picture.Pixels.Height, picture.Pixels.Bands));

        // --bg-color: behind the cat it is blue now, give or take what JPEG does to it.
        Assert.All(Pixel(picture.Pixels, 2, 2).Zip<byte, byte>([0, 0, 255]), static channel => Assert.InRange(channel.First, channel.Second - 12, channel.Second + 12));
    }

    private static DecodedPicture Decode(BufferPool pool, PictureFormat format, byte[] file) => new Decoder(pool).Decode(format, file, (int.MaxValue, int.MaxValue), CancellationToken.None);

    private static byte[] Pixel(Raster raster, int x, int y) => raster.Row(y).Slice(x * raster.Bands, raster.Bands).ToArray();

    /// <summary>Loading the model and running it takes seconds: done once for all tests here.</summary>
    public sealed class Runs : IAsyncLifetime
    {
        internal Terminal Terminal { get; } = new();

        internal Ran Folder { get; private set; } = null!;

        internal Ran Pipe { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            var input = Terminal.Folder["in"];
            Terminal.Folder.Write(Path.Combine("in", "astronaut.png"), await File.ReadAllBytesAsync(Sample("astronaut.png")));
            Terminal.Folder.Write(Path.Combine("in", "cut-short.jpg"), (await File.ReadAllBytesAsync(Sample("rocket.jpg"))).AsSpan(0, 30_000));
            Folder = await Terminal.RunAsync("remove", input, "-o", Terminal.Folder["out"] + Path.DirectorySeparatorChar);
            Pipe = await Terminal.RunAsync(await File.ReadAllBytesAsync(Sample("chelsea.png")), ["remove", "-", "--format", "jpg", "--bg-color", "blue"]);
        }

        public Task DisposeAsync()
        {
            Terminal.Dispose();
            return Task.CompletedTask;
        }
    }
}

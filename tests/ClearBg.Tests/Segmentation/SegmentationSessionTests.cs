using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Tests.Imaging;

namespace ClearBg.Tests.Segmentation;

public sealed class SegmentationSessionTests : IDisposable
{
    private readonly BufferPool _pool = new(0);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _folder.Dispose();
        _pool.Dispose();
    }

    public static TheoryData<string, bool, bool> Kinds()
    {
        var data = new TheoryData<string, bool, bool>();
        foreach (var activation in Enum.GetNames<ModelActivation>())
        {
            data.Add(activation, false, false);
            data.Add(activation, true, false);
            data.Add(activation, true, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Runs_any_model_as_its_manifest_says(string activation, bool dynamic, bool flat)
    {
        var kind = Enum.Parse<ModelActivation>(activation);
        var model = new BrightnessModel
        {
            Name = "other-1.0", Input = "x:0", Output = "sal", Width = 48, Height = 32, IsDynamic = dynamic, IsFlat = flat, Activation = kind,
            Mean = [100, 110, 120], Std = [50, 60, -70], Scale = 3, Offset = -0.25f,
        };
        using var picture = Pictures.Asymmetric(_pool, 48, 32);

        using var matte = await RunAsync(model, picture);

        Assert.Equal((48, 32), (matte.Width, matte.Height));
        var values = Enumerable.Range(0, 48 * 32).Select(i =>
            (3 * Enumerable.Range(0, 3).Average(band => (picture.Samples[(3 * i) + band] - model.Mean[band]) / model.Std[band])) - 0.25).ToArray();
        var (least, greatest) = (values.Min(), values.Max());
        for (var i = 0; i < values.Length; i++)
        {
            var expected = kind switch
            {
                ModelActivation.None => values[i],
                ModelActivation.Sigmoid => 1 / (1 + Math.Exp(-values[i])),
                _ => (values[i] - least) / (greatest - least),
            };
            Assert.Equal(expected, matte.Samples[i], 1e-4);
        }
    }

    [Fact]
    public async Task A_picture_without_contrast_has_an_empty_matte_by_minmax()
    {
        using var picture = Pictures.Paint(_pool, 64, 64, 3, static (_, _, _) => 90);

        using var matte = await RunAsync(new BrightnessModel { Activation = ModelActivation.MinMax }, picture);

        Assert.False(matte.Samples.ContainsAnyInRange(0.001f, float.MaxValue));
    }

    /// <summary>Over mid-grey, so that neither black nor white subjects vanish.</summary>
    [Fact]
    public void What_is_transparent_is_mid_grey_to_the_model()
    {
        using var picture = Pictures.Paint(_pool, 16, 16, 4, static (x, _, band) => band == 3 ? (x < 8 ? 0 : 255) : 200);
        var input = new BrightnessModel { Width = 16, Height = 16 }.Write(_folder).Input;

        using var tensor = PictureTensor.Create(_pool, input, picture, Pictures.Plain, CancellationToken.None);

        Assert.Equal(128 / 255f, tensor.Values.As<float>()[0], 0.004f);
        Assert.Equal(200 / 255f, tensor.Values.As<float>()[15], 0.004f);
    }

    [Theory]
    [InlineData(100, 50, 0, 16, 64, 32)]
    [InlineData(50, 100, 16, 0, 32, 64)]
    [InlineData(64, 64, 0, 0, 64, 64)]
    [InlineData(10_000, 1, 0, 31, 64, 1)]
    [InlineData(1, 10_000, 31, 0, 1, 64)]
    [InlineData(1, 1, 0, 0, 64, 64)]
    public void A_letterbox_keeps_the_aspect_and_pads_with_the_mean(int width, int height, int left, int top, int contentWidth, int contentHeight)
    {
        var input = new BrightnessModel { Resize = ModelResize.Letterbox, Mean = [10, 20, 30] }.Write(_folder).Input;
        using var picture = Pictures.Paint(_pool, width, height, 3, static (_, _, _) => 255);

        using var tensor = PictureTensor.Create(_pool, input, picture, Pictures.Plain, CancellationToken.None);

        Assert.Equal(new Box(left, top, contentWidth, contentHeight), tensor.Content);
        var values = tensor.Values.As<float>();
        for (var i = 0; i < 3 * 64 * 64; i++)
        {
            var (x, y, channel) = (i % 64, i / 64 % 64, i / 64 / 64);
            var inside = x >= left && x < left + contentWidth && y >= top && y < top + contentHeight;
            Assert.Equal(inside ? (255 - input.Mean[channel]) / 255 : 0, values[i], 0.001f);
        }
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(16, 2)]
    [InlineData(83, 130)]
    public void Every_sample_of_every_channel_finds_its_place(int width, int height)
    {
        using var picture = Pictures.Paint(_pool, width, height, 3, static (x, y, band) => ((41 * x) + (7 * y) + (89 * band)) % 256);
        var input = new ModelInput("picture", width, height, [123.675f, 0, 255], [58.395f, 1, 3], ModelResize.Squash);

        using var tensor = PictureTensor.Create(_pool, input, picture, Pictures.Plain, CancellationToken.None);

        var values = tensor.Values.As<float>();
        for (var i = 0; i < values.Length; i++)
        {
            var (x, y, band) = (i % width, i / width % height, i / width / height);
            Assert.Equal(((((41 * x) + (7 * y) + (89 * band)) % 256) - input.Mean[band]) / input.Std[band], values[i]);
        }
    }

    [Fact]
    public void The_model_sees_srgb_whatever_the_pictures_profile()
    {
        // The same green in Display P3 and in sRGB.
        using var srgb = Pictures.Paint(_pool, 8, 8, 3, static (_, _, band) => band == 1 ? 180 : 60);
        using var image = srgb.AsVips();
        using var wide = ClearBg.Imaging.Vips.VipsOperation.Apply("icc_transform", image, ("output-profile", "p3"), ("input-profile", "srgb"));
        using var picture = Raster.From(_pool, wide, CancellationToken.None);
        var input = new BrightnessModel { Width = 8, Height = 8 }.Write(_folder).Input;

        using var tensor = PictureTensor.Create(_pool, input, picture, new PictureMetadata(wide.IccProfile, 1, 1), CancellationToken.None);

        Assert.InRange(Math.Abs(picture.Samples[0] - 60), 10, 255);
        Assert.Equal(60 / 255f, tensor.Values.As<float>()[0], 0.02f);
        Assert.Equal(180 / 255f, tensor.Values.As<float>()[64], 0.02f);
    }

    [Theory]
    [InlineData("not an ONNX file", "ONNX Runtime can't load model 'brightness'")]
    [InlineData("other input", "the manifest the single input 'elsewhere'")]
    [InlineData("other size", "takes Single [1, 3, 64, 64], the manifest says float [1, 3, 64, 32]")]
    [InlineData("other output", "has no float output 'elsewhere' but matte")]
    [InlineData("two mattes", "gives 'matte' as [1, 2, 64, 64], where one matte is [1, 1, height, width]")]
    public void A_file_that_does_not_fit_its_manifest_says_what_is_wrong(string mistake, string expected)
    {
        var manifest = new BrightnessModel { Channels = mistake.Equals("two mattes", StringComparison.Ordinal) ? 2 : 1 }.Write(_folder);
        var path = Path.Combine(manifest.Folder, manifest.File);
        manifest = mistake switch
        {
            "other input" => manifest with { Input = manifest.Input with { Name = "elsewhere" } },
            "other size" => manifest with { Input = manifest.Input with { Width = 32 } },
            "other output" => manifest with { Output = manifest.Output with { Name = "elsewhere" } },
            _ => manifest,
        };
        if (mistake.Equals("not an ONNX file", StringComparison.Ordinal))
        {
            File.WriteAllText(path, "<html>404</html>");
        }

        var exception = Assert.Throws<ModelException>(() => new SegmentationSession(_pool, manifest, path, 1));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_whose_shape_is_known_only_when_it_runs_is_checked_there()
    {
        using var session = Open(new BrightnessModel { IsDynamic = true, Channels = 2 });

        var exception = await Assert.ThrowsAsync<ModelException>(() => session.WarmAsync(CancellationToken.None));

        Assert.Contains("gives 'matte' as [1, 2, 64, 64]", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, _pool.Rented);
    }

    [Fact]
    public async Task Closing_twice_is_closing_once()
    {
        using var session = Open(new BrightnessModel());
        session.Dispose();

        await Task.Run(session.Dispose).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Cancelling_ends_an_inference_that_would_not_end_by_itself_and_frees_the_session()
    {
        using var session = Open(new BrightnessModel());
        using var tensor = _pool.Rent(PictureTensor.Bytes(session.Manifest.Input));
        tensor.As<float>().Fill(1);
        using var stop = new CancellationTokenSource();

        var running = session.RunAsync(tensor, stop.Token);
        Assert.Equal(1, session.Running);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(30)));

        await session.WarmAsync(CancellationToken.None);
    }

    [Fact]
    public async Task As_many_inferences_as_allowed_run_at_a_time()
    {
        using var session = Open(new BrightnessModel(), concurrency: 2);
        using var endless = _pool.Rent(PictureTensor.Bytes(session.Manifest.Input));
        endless.As<float>().Fill(1);
        using var stop = new CancellationTokenSource();
        var running = session.RunAsync(endless, stop.Token);

        await session.WarmAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Who_waits_at_the_sessions_end_or_comes_later_is_told()
    {
        var session = Open(new BrightnessModel());
        using var endless = _pool.Rent(PictureTensor.Bytes(session.Manifest.Input));
        endless.As<float>().Fill(1);
        using var stop = new CancellationTokenSource();
        var running = session.RunAsync(endless, stop.Token);
        var ending = Task.Run(session.Dispose);
        var waiting = session.WarmAsync(CancellationToken.None);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(30)));
        await ending.WaitAsync(TimeSpan.FromSeconds(30));

        // A turn that came before the end's own is one more inference; the end waits for that too.
        await Record.ExceptionAsync(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(waiting.IsCompletedSuccessfully || waiting.Exception!.InnerException is ObjectDisposedException, waiting.Status.ToString());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.WarmAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Cancelling_leaves_the_queue_behind_a_running_inference()
    {
        using var session = Open(new BrightnessModel());
        using var endless = _pool.Rent(PictureTensor.Bytes(session.Manifest.Input));
        endless.As<float>().Fill(1);
        using var stop = new CancellationTokenSource();
        var running = session.RunAsync(endless, stop.Token);
        using var impatience = new CancellationTokenSource();
        var waiting = session.WarmAsync(impatience.Token);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private async Task<Plane> RunAsync(BrightnessModel model, Raster picture)
    {
        using var session = Open(model);
        using var tensor = PictureTensor.Create(_pool, session.Manifest.Input, picture, Pictures.Plain, CancellationToken.None);
        return await session.RunAsync(tensor.Values, CancellationToken.None);
    }

    private SegmentationSession Open(BrightnessModel model, int concurrency = 1)
    {
        var manifest = model.Write(_folder);
        return new SegmentationSession(_pool, manifest, Path.Combine(manifest.Folder, manifest.File), threads: 1, concurrency);
    }
}

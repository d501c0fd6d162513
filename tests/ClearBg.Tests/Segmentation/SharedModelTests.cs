using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Bytewise;
using ClearBg.Tests.Segmentation.Quantization;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Segmentation;

public sealed class SharedModelTests : IDisposable
{
    private readonly BufferPool _pool = new(0);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _folder.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public async Task Is_ready_after_one_real_inference_and_the_same_for_everyone()
    {
        var manifest = new BrightnessModel().Write(_folder);
        await using var model = Open();
        Assert.False(model.IsReady);

        var sessions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => model.LoadedAsync(CancellationToken.None)));

        Assert.True(model.IsReady);
        Assert.Single(sessions.Distinct());
        Assert.Equal($"{manifest.File} {manifest.Sha256} by ONNX Runtime", model.Weights);
    }

    [Fact]
    public async Task A_model_that_can_not_be_loaded_says_so_to_everyone_and_is_never_ready()
    {
        var manifest = new BrightnessModel().Write(_folder);
        File.WriteAllText(Path.Combine(manifest.Folder, manifest.File), "broken");
        await using var model = Open();

        var first = await Assert.ThrowsAsync<ModelException>(() => model.LoadedAsync(CancellationToken.None));
        var second = await Assert.ThrowsAsync<ModelException>(() => model.LoadedAsync(CancellationToken.None));

        Assert.Equal(first.Message, second.Message);
        Assert.False(model.IsReady);
    }

    [Fact]
    public async Task Giving_up_waiting_does_not_stop_the_loading()
    {
        new BrightnessModel().Write(_folder);
        await using var model = Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.LoadedAsync(new CancellationToken(true)));

        Assert.Equal("brightness", (await model.LoadedAsync(CancellationToken.None)).Manifest.Name);
    }

    [Fact]
    public async Task Closing_waits_for_the_loading_and_ends_it()
    {
        new BrightnessModel().Write(_folder);
        var model = Open();
        var loading = model.LoadedAsync(CancellationToken.None);

        await model.DisposeAsync();

        Assert.True(loading.IsCompleted);
    }

    /// <summary>Prepared before, or made by the loading.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Loads_the_8_bit_file_where_that_is_asked_for(bool prepared)
    {
        var package = new FakePackage(_folder, Network.Small());
        var manifest = package.ManifestWithInt8(Network.RangesOn(Network.Small(), Network.Picture()));
        _folder.Write(Path.Combine("models", "tiny", ModelManifest.FileName), JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.ModelManifest));
        var options = Options.Create(new SegmentationOptions
        {
            Model = "tiny", Folder = _folder["models"], Cache = _folder["cache"], Packages = package.Modules, Precision = ModelPrecision.Int8,
        });
        var preparation = new ModelPreparation(options);
        if (prepared)
        {
            preparation.Prepare(manifest.InInt8());
        }

        await using var model = new SharedModel(new ModelCatalog(options), preparation, _pool, options);

        var session = await model.LoadedAsync(CancellationToken.None);

        Assert.Equal("tiny in int8: Segmentation:Precision says so", model.Choice.ToString());
        Assert.Equal(manifest.Int8!.Sha256, session.Manifest.Sha256);
        Assert.Equal([preparation.PathOf(manifest.InInt8())], Directory.GetFiles(_folder["cache"]));
    }

    /// <summary>Where ONNX Runtime would saturate, what no unit of ours computes is loaded in single precision.</summary>
    [Fact]
    public async Task Loads_single_precision_where_8_bits_would_not_be_exact()
    {
        var package = new FakePackage(_folder, Network.Small());
        var manifest = package.ManifestWithInt8(Network.RangesOn(Network.Small(), Network.Picture()));
        _folder.Write(Path.Combine("models", "tiny", ModelManifest.FileName), JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.ModelManifest));
        var options = Options.Create(new SegmentationOptions { Model = "tiny", Folder = _folder["models"], Cache = _folder["cache"], Packages = package.Modules });
        await using var model = new SharedModel(new ModelCatalog(options), new ModelPreparation(options), _pool, options);

        var session = await model.LoadedAsync(CancellationToken.None);

        const string Saturates = "tiny in float32: this processor multiplies 8-bit values only with saturation";
        var description = (PrecisionChoice.ExactInt8, Avx2.IsSupported, AmxUnit.IsSupported) switch
        {
            ({ } exact, _, true) => $"tiny in int8: this processor has {exact}, computed by ONNX Runtime, for its AMX unit can't compute a map of 8 × 8 pixels",
            ({ } exact, _, false) => $"tiny in int8: this processor has {exact}, computed by ONNX Runtime",
            (null, true, _) => $"{Saturates}, and the model in 8 bits can't be had otherwise (its AVX2 unit can't compute a map of 8 × 8 pixels), computed by ONNX Runtime",
            _ => $"{Saturates}, computed by ONNX Runtime",
        };
        Assert.Equal(description, model.Description);
        Assert.Equal(session.Manifest, model.Choice.Manifest);
        Assert.Equal(PrecisionChoice.ExactInt8 is null ? ModelPrecision.Float32 : ModelPrecision.Int8, session.Manifest.Precision);
        Assert.Contains(session.Manifest.Sha256, model.Weights, StringComparison.Ordinal);
    }

    /// <summary>A model whose fault shows only when it runs tells whether it ran.</summary>
    [Fact]
    public async Task Runs_once_before_anybody_asks_unless_told_not_to()
    {
        new BrightnessModel { IsDynamic = true, Channels = 2 }.Write(_folder);
        await using var server = Open();
        await using var commandLine = Open();
        commandLine.WarmsUp = false;

        await Assert.ThrowsAsync<ModelException>(() => server.LoadedAsync(CancellationToken.None));
        Assert.NotNull(await commandLine.LoadedAsync(CancellationToken.None));
    }

    /// <summary>
    /// Where ONNX Runtime uses AMX (Xeons since 2023), a null reference on a thread that had run an inference ended the process: the signal's frame with the tile
    /// registers in it does not fit the stack on which .NET handles it. This test's failing is that end.
    /// </summary>
    [Fact]
    public async Task A_null_reference_after_inferences_is_an_exception()
    {
        var options = Options.Create(new SegmentationOptions { Precision = ModelPrecision.Int8 });
        await using var model = new SharedModel(new ModelCatalog(options), new ModelPreparation(options), _pool, options);

        for (var round = 0; round < 3; round++)
        {
            var session = await model.LoadedAsync(CancellationToken.None);
            await session.WarmAsync(CancellationToken.None);
            Parallel.For(0, 10_000, static _ => Assert.Throws<NullReferenceException>(static () => (object)Length(null!)));
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static int Length(string text) => text.Length;

    private SharedModel Open()
    {
        var options = Options.Create(new SegmentationOptions { Model = "brightness", Folder = _folder["models"] });
        return new SharedModel(new ModelCatalog(options), new ModelPreparation(options), _pool, options);
    }
}

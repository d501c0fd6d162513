using ClearBg.Admission;
using ClearBg.Imaging;
using ClearBg.Jobs;
using ClearBg.Segmentation;
using ClearBg.Tests.Segmentation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IO;

namespace ClearBg.Tests.Jobs;

/// <summary>The pipeline as the program registers it, with a model of a test's own or the real one. After every run all of its buffers must be back.</summary>
internal sealed class Removal : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _services;

    /// <param name="model">Null for the model that the program comes with.</param>
    /// <param name="settings">As in the configuration.</param>
    public Removal(BrightnessModel? model, params (string Name, string Value)[] settings)
        : this(model, static _ => { }, settings)
    {
    }

    /// <summary>As the other, with services of a test's own in place of the program's.</summary>
    public Removal(BrightnessModel? model, Action<IServiceCollection> replace, params (string Name, string Value)[] settings)
    {
        var configuration = settings.ToDictionary(static setting => setting.Name, static setting => (string?)setting.Value, StringComparer.Ordinal);
        if (model is not null)
        {
            model.Write(_folder);
            configuration["Segmentation:Model"] = model.Name;
            configuration["Segmentation:Folder"] = _folder["models"];
        }

        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build())
            .AddLogging()
            .AddRemoval();
        replace(services);
        _services = services.BuildServiceProvider();
    }

    public BufferPool Pool => _services.GetRequiredService<BufferPool>();

    public AdmissionGate Gate => _services.GetRequiredService<AdmissionGate>();

    public RecyclableMemoryStreamManager Streams => _services.GetRequiredService<RecyclableMemoryStreamManager>();

    public SharedModel Model => _services.GetRequiredService<SharedModel>();

    /// <summary>Runs a job to an answer, which is the caller's to dispose, or to a refusal.</summary>
    public Task<Outcome<RemovalResult>> TryAsync(byte[] picture, RemovalOptions options, CancellationToken cancellation = default) =>
        TryAsync(picture, null, options, cancellation);

    /// <summary>The same with a background image.</summary>
    public async Task<Outcome<RemovalResult>> TryAsync(byte[] picture, byte[]? background, RemovalOptions options, CancellationToken cancellation = default)
    {
        try
        {
            using var file = Pool.Rent(picture.Length);
            picture.CopyTo(file.Bytes);
            using var behind = background is null ? null : Pool.Rent(background.Length);
            background.CopyTo(behind is null ? [] : behind.Bytes);
            return await _services.GetRequiredService<RemovalPipeline>().RunAsync(new RemovalJob(file, options, behind), cancellation);
        }
        finally
        {
            Assert.Equal(0, Pool.Rented);
        }
    }

    /// <summary>Runs a job as far as its matte, and gives its size and samples.</summary>
    public async Task<(int Width, int Height, byte[] Samples)> MatteAsync(byte[] picture)
    {
        try
        {
            using var file = Pool.Rent(picture.Length);
            picture.CopyTo(file.Bytes);
            var outcome = await _services.GetRequiredService<RemovalPipeline>().MatteAsync(file, null, CancellationToken.None);
            Assert.True(outcome.Succeeded(out var matted, out var failure), failure?.ToString());
            using (matted)
            {
                return (matted.Matte.Width, matted.Matte.Height, matted.Matte.Samples.ToArray());
            }
        }
        finally
        {
            Assert.Equal(0, Pool.Rented);
        }
    }

    public async Task<Answer> RunAsync(byte[] picture, RemovalOptions options, byte[]? background = null)
    {
        Assert.True((await TryAsync(picture, background, options)).Succeeded(out var result, out var failure), failure?.ToString());
        using (result)
        {
            using var content = new MemoryStream();
            await result.Content.CopyToAsync(content);
            return new Answer(content.ToArray(), result);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>An answer's bytes and what is said of them.</summary>
internal sealed record Answer(byte[] Content, RemovalResult Result)
{
    /// <summary>Decodes the answer, or any file out of it, and checks its size against what was said.</summary>
    public DecodedPicture Decode(BufferPool pool, byte[]? part = null)
    {
        var file = part ?? Content;
        var format = file[0] == 0x89 ? PictureFormat.Png : file[0] == 0xFF ? PictureFormat.Jpeg : PictureFormat.WebP;
        var decoded = new Decoder(pool).Decode(format, file, (100_000, 100_000), CancellationToken.None);
        Assert.Equal((Result.Width, Result.Height), (decoded.Pixels.Width, decoded.Pixels.Height));
        return decoded;
    }
}

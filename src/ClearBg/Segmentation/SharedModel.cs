using ClearBg.Imaging;
using Microsoft.Extensions.Options;

namespace ClearBg.Segmentation;

/// <summary>The configured model: prepared, loaded and warmed once in the background, then shared by everyone.</summary>
internal sealed class SharedModel : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lazy<Task<SegmentationSession>> _loading;

    public SharedModel(ModelCatalog catalog, ModelPreparation preparation, BufferPool pool, IOptions<SegmentationOptions> options)
    {
        _loading = new(() => Task.Run(() => LoadAsync(catalog, preparation, pool, options.Value, _stopping.Token)));
    }

    /// <summary>Hears of every step of the preparation; set it before the first <see cref="LoadedAsync"/>.</summary>
    public IProgress<PreparationProgress>? Progress { get; set; }

    /// <summary>True once the model is loaded and one real inference has run.</summary>
    public bool IsReady => _loading is { IsValueCreated: true, Value.IsCompletedSuccessfully: true };

    /// <summary>The session, as soon as it is warm. The first call begins loading.</summary>
    /// <exception cref="ModelException">The model can't be prepared or loaded; every call then says so.</exception>
    public Task<SegmentationSession> LoadedAsync(CancellationToken cancellation) => _loading.Value.WaitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_loading.IsValueCreated)
        {
            await _loading.Value.ContinueWith(
                static loaded =>
                {
                    if (loaded.IsCompletedSuccessfully)
                    {
                        loaded.Result.Dispose();
                    }
                },
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        _stopping.Dispose();
    }

    private async Task<SegmentationSession> LoadAsync(
        ModelCatalog catalog, ModelPreparation preparation, BufferPool pool, SegmentationOptions options, CancellationToken cancellation)
    {
        var manifest = catalog.Find(options.Model);
        var path = preparation.Prepare(manifest, Progress, cancellation);
        var session = new SegmentationSession(pool, manifest, path, options.Threads);
        try
        {
            await session.WarmAsync(cancellation);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}

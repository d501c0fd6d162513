using ClearBg.Imaging;
using Microsoft.Extensions.Options;

namespace ClearBg.Segmentation;

/// <summary>The configured model: prepared, loaded and warmed up once in the background, then shared by everyone.</summary>
internal sealed class SharedModel : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ModelPreparation _preparation;
    private readonly Lazy<PrecisionChoice> _choice;
    private readonly Lazy<Task<SegmentationSession>> _loading;
    private PrecisionChoice? _otherChoice;
    private string _engine = "";

    public SharedModel(ModelCatalog catalog, ModelPreparation preparation, BufferPool pool, IOptions<SegmentationOptions> options)
    {
        _preparation = preparation;
        _choice = new(() => catalog.ForThisMachine(options.Value.Model));
        _loading = new(() => Task.Run(() => LoadAsync(pool, options.Value, _stopping.Token)));
    }

    /// <summary>
    /// True, the default, for a server: one real inference before anybody asks, so that the first answer is as quick as all others. A command line has the picture
    /// already; for it that would be one inference too many. Set it before the first <see cref="LoadedAsync"/>.
    /// </summary>
    public bool WarmsUp { get; set; } = true;

    /// <summary>Hears of every step of the preparation; set it before the first <see cref="LoadedAsync"/>.</summary>
    public IProgress<PreparationProgress>? Progress { get; set; }

    /// <summary>The file that is loaded, and why.</summary>
    /// <exception cref="ModelException">There is no such model, or its manifest is wrong.</exception>
    public PrecisionChoice Choice => Volatile.Read(ref _otherChoice) ?? _choice.Value;

    /// <summary>What the loaded weights are called: otherwise where they, their precision, what was made of them or what computes them differ. Empty until they are loaded.</summary>
    public string Weights { get; private set; } = "";

    /// <summary>What is loaded, why, and what computes it: one sentence without its end. Whole once the model is loaded.</summary>
    public string Description => $"{Choice}, computed {_engine}";

    /// <summary>True once the model is loaded and, where it <see cref="WarmsUp"/>, one real inference has run.</summary>
    public bool IsReady => _loading is { IsValueCreated: true, Value.IsCompletedSuccessfully: true };

    /// <summary>The session, as soon as it is warm. The first call begins loading.</summary>
    /// <exception cref="ModelException">The model can't be prepared or loaded; every call then says so.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up, be the session there or not; loading goes on for the others.</exception>
    public Task<SegmentationSession> LoadedAsync(CancellationToken cancellation)
    {
        // Begun in any case. WaitAsync alone would give a cancelled caller the session when loading was the quicker.
        var loading = _loading.Value;
        return cancellation.IsCancellationRequested ? Task.FromCanceled<SegmentationSession>(cancellation) : loading.WaitAsync(cancellation);
    }

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

    private async Task<SegmentationSession> LoadAsync(BufferPool pool, SegmentationOptions options, CancellationToken cancellation)
    {
        var session = await OpenAsync(pool, options, cancellation);
        var manifest = session.Manifest;
        try
        {
            // Once: the operator's own copy may be gone later.
            (Weights, _engine) = ($"{Path.GetFileName(_preparation.PathOf(manifest))} {manifest.Sha256} {session.Engine}", session.Reason.Length > 0 ? $"{session.Engine}, for {session.Reason}" : session.Engine);
            if (WarmsUp)
            {
                await session.WarmAsync(cancellation);

                // Once, for what a preparation leaves behind, hundreds of MB with ISNet: an idle server would keep it.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }

            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private async Task<SegmentationSession> OpenAsync(BufferPool pool, SegmentationOptions options, CancellationToken cancellation)
    {
        if (Choice.Otherwise is { } other)
        {
            try
            {
                return await OpenAsync(Choice.Manifest, pool, options, isUnitNeeded: true, cancellation);
            }
            catch (ModelException exception)
            {
                Volatile.Write(ref _otherChoice, PrecisionChoice.Instead(other, exception.Message));
            }
        }

        return await OpenAsync(Choice.Manifest, pool, options, isUnitNeeded: false, cancellation);
    }

    private async Task<SegmentationSession> OpenAsync(ModelManifest manifest, BufferPool pool, SegmentationOptions options, bool isUnitNeeded, CancellationToken cancellation) =>
        await LoadPreparedAsync(manifest, pool, options, isUnitNeeded)
            ?? new SegmentationSession(pool, manifest, _preparation.Prepare(manifest, Progress, cancellation), options.Threads, options.Concurrency, options.Engine, isUnitNeeded);

    /// <summary>
    /// Loads weights that are prepared already while their hash is still being computed: each takes some tenths of a second of one core.
    /// Null when there are none, or when the hash turned out wrong.
    /// </summary>
    private async Task<SegmentationSession?> LoadPreparedAsync(ModelManifest manifest, BufferPool pool, SegmentationOptions options, bool isUnitNeeded)
    {
        var path = _preparation.PathOf(manifest);
        if (!File.Exists(path))
        {
            return null;
        }

        var check = Task.Run(() => _preparation.IsPrepared(manifest));
        SegmentationSession? session = null;
        try
        {
            session = new SegmentationSession(pool, manifest, path, options.Threads, options.Concurrency, options.Engine, isUnitNeeded);
        }
        catch (ModelException) when (!check.GetAwaiter().GetResult())
        {
            // A damaged file need not even parse.
        }

        var isRight = false;
        try
        {
            isRight = await check;
            return isRight ? session : null;
        }
        finally
        {
            if (!isRight)
            {
                session?.Dispose();
            }
        }
    }
}

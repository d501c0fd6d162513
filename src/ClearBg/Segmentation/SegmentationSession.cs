using System.Numerics.Tensors;
using ClearBg.Imaging;
using ClearBg.Segmentation.Bytewise;

namespace ClearBg.Segmentation;

/// <summary>
/// A loaded model, shared by all requests. As a rule inferences follow one another: each one uses every core already, and the working memory of a second one would
/// only be paid, not used. More at a time share the threads and the one copy of the weights.
/// </summary>
internal sealed class SegmentationSession : IDisposable
{
    private readonly BufferPool _pool;
    private readonly IInferenceEngine _engine;
    private readonly SemaphoreSlim _turns;
    private readonly int _concurrency;
    private int _waiting;
    private int _disposed;

    /// <param name="pool">For tensors and mattes.</param>
    /// <param name="manifest">What the file expects and gives.</param>
    /// <param name="path">A prepared ONNX file.</param>
    /// <param name="threads">Threads of an inference; 0 means one for each core.</param>
    /// <param name="concurrency">Inferences at a time, at least 1.</param>
    /// <param name="engine">What computes 8 bits.</param>
    /// <param name="isUnitNeeded">Whether ONNX Runtime is no choice.</param>
    /// <exception cref="ModelException">The file is no model that the manifest describes, or there is no such engine here, or a unit is needed and can't compute it.</exception>
    public SegmentationSession(BufferPool pool, ModelManifest manifest, string path, int threads, int concurrency = 1, EngineSetting engine = EngineSetting.Auto, bool isUnitNeeded = false)
    {
        (_pool, Manifest, _concurrency, _turns) = (pool, manifest, concurrency, new(concurrency));
        _engine = IntegerEngine.TryOpen(pool, manifest, path, threads, concurrency, engine, out var reason)
            ?? (isUnitNeeded ? throw new ModelException(reason) : (IInferenceEngine)new OnnxEngine(pool, manifest, path, threads, reason));
    }

    public ModelManifest Manifest { get; }

    /// <inheritdoc cref="IInferenceEngine.Name"/>
    public string Engine => _engine.Name;

    /// <inheritdoc cref="IInferenceEngine.Reason"/>
    public string Reason => _engine.Reason;

    /// <summary>Inferences that have their turn at this moment.</summary>
    public int Running => _concurrency - _turns.CurrentCount;

    /// <summary>Runs the model and gives its matte, activated to 0–1, at the model's own output size.</summary>
    /// <param name="tensor">[1, 3, height, width] of the manifest's input, normalised.</param>
    /// <param name="cancellation">Leaves the queue, or ends the inference after the operator at hand.</param>
    /// <exception cref="ObjectDisposedException">Its turn came after the session's end.</exception>
    public async Task<Plane> RunAsync(PixelBuffer tensor, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await _turns.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            return await InferenceThread.RunAsync(() => Activate(_engine.Run(tensor, isLast: Volatile.Read(ref _waiting) == 0, cancellation)));
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>One real inference on grey, so that the first request doesn't pay for the set-up of threads and memory.</summary>
    public async Task WarmAsync(CancellationToken cancellation)
    {
        using var tensor = _pool.Rent(PictureTensor.Bytes(Manifest.Input));
        tensor.Bytes.Clear();
        using var matte = await RunAsync(tensor, cancellation);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // Never under an inference: that would be native memory freed while it is read.
        for (var turn = 0; turn < _concurrency; turn++)
        {
            _turns.Wait();
        }

        _engine.Dispose();

        // Those that wait hear of it.
        _turns.Release(_concurrency);
    }

    private Plane Activate(Plane plane)
    {
        var matte = plane.Samples;
        switch (Manifest.Output.Activation)
        {
            case ModelActivation.None:
                break;
            case ModelActivation.Sigmoid:
                TensorPrimitives.Sigmoid(matte, matte);
                break;
            case ModelActivation.MinMax:
                var (least, greatest) = (TensorPrimitives.Min<float>(matte), TensorPrimitives.Max<float>(matte));
                TensorPrimitives.Subtract(matte, least, matte);
                TensorPrimitives.Divide(matte, Math.Max(greatest - least, float.Epsilon), matte);
                break;
            default:
                throw new InvalidOperationException($"Unknown activation {Manifest.Output.Activation}.");
        }

        return plane;
    }
}

using System.Numerics.Tensors;
using ClearBg.Imaging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ClearBg.Segmentation;

/// <summary>
/// A loaded model: one ONNX Runtime session, shared by all requests. As a rule inferences follow one another: each one uses every core already, and the working
/// memory of a second one would only be paid, not used. More at a time share the threads and the one copy of the weights.
/// </summary>
internal sealed class SegmentationSession : IDisposable
{
    private readonly BufferPool _pool;
    private readonly InferenceSession _session;
    private readonly SemaphoreSlim _turns;
    private readonly int _concurrency;
    private int _waiting;
    private int _disposed;

    /// <param name="pool">For tensors and mattes.</param>
    /// <param name="manifest">What the file expects and gives.</param>
    /// <param name="path">A prepared ONNX file.</param>
    /// <param name="threads">Threads of an inference; 0 means one for each core.</param>
    /// <param name="concurrency">Inferences at a time, at least 1.</param>
    /// <exception cref="ModelException">The file is no model that the manifest describes.</exception>
    public SegmentationSession(BufferPool pool, ModelManifest manifest, string path, int threads, int concurrency = 1)
    {
        (_pool, Manifest, _concurrency, _turns) = (pool, manifest, concurrency, new(concurrency));
        OnnxTelemetry.TurnOff();
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,

            // Measured with ISNet: planning all activations into one block costs 350 MB and wins no time.
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // Threads that spin between two operators win little and take the cores from the decoder and encoder of the next picture.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        try
        {
            _session = new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelException($"ONNX Runtime can't load model '{manifest.Name}' from {path}: {exception.Message}", exception);
        }

        Check();
    }

    public ModelManifest Manifest { get; }

    /// <summary>Inferences that have their turn at this moment.</summary>
    public int Running => _concurrency - _turns.CurrentCount;

    /// <summary>Runs the model and gives its matte, activated to 0–1, at the model's own output size.</summary>
    /// <param name="tensor">[1, 3, height, width] of the manifest's input, normalised.</param>
    /// <param name="cancellation">Leaves the queue, or ends the inference after the operator at hand.</param>
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
            return await InferenceThread.RunAsync(() => Run(tensor, cancellation));
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

        // Never under an inference: that would be native memory freed while it is read. The semaphore stays, for those who may still wait.
        for (var turn = 0; turn < _concurrency; turn++)
        {
            _turns.Wait();
        }

        _session.Dispose();
    }

    private unsafe Plane Run(PixelBuffer tensor, CancellationToken cancellation)
    {
        var input = Manifest.Input;
        using var run = new RunOptions();
        if (Volatile.Read(ref _waiting) == 0)
        {
            // The last one for now, as it looks at its start, gives the working memory back: 130 MB with ISNet in 8 bits, 350 in single precision, for 5 % of its time.
            run.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        }

        using var stop = cancellation.Register(static run => ((RunOptions)run!).Terminate = true, run);
        using var value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [1, 3, input.Height, input.Width], (nint)tensor.Pointer, tensor.Length);
        try
        {
            using var outputs = _session.Run(run, [input.Name], [value], [Manifest.Output.Name]);
            return Activate(outputs[0]);
        }
        catch (OnnxRuntimeException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    private Plane Activate(OrtValue output)
    {
        var shape = output.GetTensorTypeAndShape().Shape;
        var values = output.GetTensorDataAsSpan<float>();
        if (!IsMatte(shape) || shape[^2] < 1 || shape[^1] < 1)
        {
            // Shapes that a file leaves open are known only here, at the latest when the model is warmed.
            throw NoMatte(shape);
        }

        var (height, width) = ((int)shape[^2], (int)shape[^1]);
        var plane = new Plane(_pool, width, height);
        var matte = plane.Samples;
        values = values[..matte.Length];
        switch (Manifest.Output.Activation)
        {
            case ModelActivation.None:
                values.CopyTo(matte);
                break;
            case ModelActivation.Sigmoid:
                TensorPrimitives.Sigmoid(values, matte);
                break;
            case ModelActivation.MinMax:
                var (least, greatest) = (TensorPrimitives.Min(values), TensorPrimitives.Max(values));
                TensorPrimitives.Subtract(values, least, matte);
                TensorPrimitives.Divide(matte, Math.Max(greatest - least, float.Epsilon), matte);
                break;
            default:
                throw new InvalidOperationException($"Unknown activation {Manifest.Output.Activation}.");
        }

        return plane;
    }

    private void Check()
    {
        if (FindMismatch() is { } mismatch)
        {
            _session.Dispose();
            throw mismatch;
        }
    }

    private ModelException? FindMismatch()
    {
        var input = Manifest.Input;
        if (!_session.InputMetadata.TryGetValue(input.Name, out var metadata) || _session.InputMetadata.Count != 1)
        {
            return Mismatch($"has the inputs {string.Join(", ", _session.InputMetadata.Keys)}, the manifest the single input '{input.Name}'");
        }

        int[] wanted = [1, 3, input.Height, input.Width];
        if (metadata.ElementType != typeof(float) || metadata.Dimensions.Length != 4 || metadata.Dimensions.Zip(wanted).Any(static pair => pair.First > 0 && pair.First != pair.Second))
        {
            return Mismatch($"takes {metadata.ElementType.Name} [{string.Join(", ", metadata.Dimensions)}], the manifest says float [{string.Join(", ", wanted)}]");
        }

        if (!_session.OutputMetadata.TryGetValue(Manifest.Output.Name, out var output) || output.ElementType != typeof(float))
        {
            return Mismatch($"has no float output '{Manifest.Output.Name}' but {string.Join(", ", _session.OutputMetadata.Keys)}");
        }

        // Without dimensions a file leaves even their number open.
        long[] shape = Array.ConvertAll(output.Dimensions, static side => (long)side);
        return shape.Length == 0 || IsMatte(shape) ? null : NoMatte(shape);
    }

    /// <summary>Height and width, and before them at most batch and channel, of one each. Sides that are left open are −1.</summary>
    private static bool IsMatte(long[] shape) => shape.Length is >= 2 and <= 4 && shape[..^2].All(static side => side is 1 or -1);

    private ModelException NoMatte(long[] shape) => Mismatch($"gives '{Manifest.Output.Name}' as [{string.Join(", ", shape)}], where one matte is [1, 1, height, width]");

    private ModelException Mismatch(string what) => new($"Model '{Manifest.Name}' doesn't fit its manifest: the file {what}.");
}

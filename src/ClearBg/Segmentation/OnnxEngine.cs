using ClearBg.Imaging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ClearBg.Segmentation;

/// <summary>ONNX Runtime, for every model and processor: one session, whose inferences share its threads and the one copy of the weights.</summary>
internal sealed class OnnxEngine : IInferenceEngine
{
    private readonly BufferPool _pool;
    private readonly ModelManifest _manifest;
    private readonly InferenceSession _session;

    /// <param name="pool">For mattes.</param>
    /// <param name="manifest">What the file expects and gives.</param>
    /// <param name="path">A prepared ONNX file.</param>
    /// <param name="threads">Threads of an inference; 0 means one for each core.</param>
    /// <param name="reason">As <see cref="Reason"/>.</param>
    /// <exception cref="ModelException">The file is no model that the manifest describes.</exception>
    public OnnxEngine(BufferPool pool, ModelManifest manifest, string path, int threads, string reason = "")
    {
        (_pool, _manifest, Reason) = (pool, manifest, reason);
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

        if (FindMismatch() is { } mismatch)
        {
            _session.Dispose();
            throw mismatch;
        }
    }

    public string Name => "by ONNX Runtime";

    public string Reason { get; }

    public unsafe Plane Run(PixelBuffer tensor, bool isLast, CancellationToken cancellation)
    {
        var input = _manifest.Input;
        using var run = new RunOptions();
        if (isLast)
        {
            // 130 MB with ISNet in 8 bits, 350 in single precision, for 5 % of its time.
            run.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        }

        using var stop = cancellation.Register(static run => ((RunOptions)run!).Terminate = true, run);
        using var value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [1, 3, input.Height, input.Width], (nint)tensor.Pointer, tensor.Length);
        try
        {
            using var outputs = _session.Run(run, [input.Name], [value], [_manifest.Output.Name]);
            return Copy(outputs[0]);
        }
        catch (OnnxRuntimeException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    public void Dispose() => _session.Dispose();

    private Plane Copy(OrtValue output)
    {
        var shape = output.GetTensorTypeAndShape().Shape;
        if (!IsMatte(shape) || shape[^2] < 1 || shape[^1] < 1)
        {
            // Shapes that a file leaves open are known only here, at the latest when the model is warmed.
            throw NoMatte(shape);
        }

        var plane = new Plane(_pool, (int)shape[^1], (int)shape[^2]);
        output.GetTensorDataAsSpan<float>()[..plane.Samples.Length].CopyTo(plane.Samples);
        return plane;
    }

    private ModelException? FindMismatch()
    {
        var input = _manifest.Input;
        if (!_session.InputMetadata.TryGetValue(input.Name, out var metadata) || _session.InputMetadata.Count != 1)
        {
            return Mismatch($"has the inputs {string.Join(", ", _session.InputMetadata.Keys)}, the manifest the single input '{input.Name}'");
        }

        int[] wanted = [1, 3, input.Height, input.Width];
        if (metadata.ElementType != typeof(float) || metadata.Dimensions.Length != 4 || metadata.Dimensions.Zip(wanted).Any(static pair => pair.First > 0 && pair.First != pair.Second))
        {
            return Mismatch($"takes {metadata.ElementType.Name} [{string.Join(", ", metadata.Dimensions)}], the manifest says float [{string.Join(", ", wanted)}]");
        }

        if (!_session.OutputMetadata.TryGetValue(_manifest.Output.Name, out var output) || output.ElementType != typeof(float))
        {
            return Mismatch($"has no float output '{_manifest.Output.Name}' but {string.Join(", ", _session.OutputMetadata.Keys)}");
        }

        // Without dimensions a file leaves even their number open.
        long[] shape = Array.ConvertAll(output.Dimensions, static side => (long)side);
        return shape.Length == 0 || IsMatte(shape) ? null : NoMatte(shape);
    }

    /// <summary>Height and width, and before them at most batch and channel, of one each. Sides that are left open are −1.</summary>
    private static bool IsMatte(long[] shape) => shape.Length is >= 2 and <= 4 && shape[..^2].All(static side => side is 1 or -1);

    private ModelException NoMatte(long[] shape) => Mismatch($"gives '{_manifest.Output.Name}' as [{string.Join(", ", shape)}], where one matte is [1, 1, height, width]");

    private ModelException Mismatch(string what) => new($"Model '{_manifest.Name}' doesn't fit its manifest: the file {what}.");
}

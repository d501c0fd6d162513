using ClearBg.Segmentation.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ClearBg.Segmentation.Quantization;

/// <summary>A float model that gives its inner tensors. An inference takes about twice its time and, with ISNet, 3 GB of memory.</summary>
internal sealed class MeasuringSession : IDisposable
{
    private readonly ModelManifest _manifest;
    private readonly IReadOnlyList<string> _tensors;
    private readonly InferenceSession _session;

    /// <param name="manifest">Of the float model.</param>
    /// <param name="path">Its prepared file, for messages.</param>
    /// <param name="model">What is in it. The tensors become outputs.</param>
    /// <param name="tensors">Those to give.</param>
    /// <param name="threads">0: one for each core.</param>
    /// <exception cref="ModelException">ONNX Runtime doesn't load it.</exception>
    public MeasuringSession(ModelManifest manifest, string path, ModelProto model, IReadOnlyList<string> tensors, int threads)
    {
        (_manifest, _tensors) = (manifest, tensors);
        OnnxTelemetry.TurnOff();
        model.Graph.Output.AddRange(tensors.Select(static tensor => new ValueInfoProto { Name = tensor }));
        using var options = new SessionOptions { IntraOpNumThreads = threads, EnableMemoryPattern = false, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        try
        {
            _session = new(model.ToByteArray(), options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"ONNX Runtime can't load model '{manifest.Name}' from {path} for measuring: {e.Message}", e);
        }
    }

    /// <summary>The tensors on a picture, in their order.</summary>
    /// <exception cref="ModelException">ONNX Runtime cannot run it.</exception>
    public unsafe IDisposableReadOnlyCollection<OrtValue> Run(PictureTensor picture)
    {
        var input = _manifest.Input;
        using var run = new RunOptions();
        using var value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [1, 3, input.Height, input.Width], (nint)picture.Values.Pointer, picture.Values.Length);
        return InferenceThread.RunAsync(() => Run(run, value)).GetAwaiter().GetResult();
    }

    public void Dispose() => _session.Dispose();

    private IDisposableReadOnlyCollection<OrtValue> Run(RunOptions run, OrtValue picture)
    {
        try
        {
            return _session.Run(run, [_manifest.Input.Name], [picture], _tensors);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"ONNX Runtime can't run model '{_manifest.Name}' for measuring: {e.Message}", e);
        }
    }
}

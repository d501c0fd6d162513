using ClearBg.Segmentation.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ClearBg.Segmentation.Quantization;

/// <summary>
/// Measures the ranges of a model's activations on pictures: the float model runs on each with all measured tensors as outputs, which takes about twice
/// the time of an inference and, with ISNet, 3 GB of memory. Percentiles clip a few outliers so that the rest gets finer levels. Means of what each Conv reads
/// give the corrections of their biases.
/// </summary>
internal sealed class Calibration : IDisposable
{
    /// <summary>
    /// Percent of the values inside each end. With ISNet, measured as agreement with the float model on the calibration pictures (mean IoU):
    /// 99.95 .984, 99.98 .991, 99.99 .9945, 99.993 .9942.
    /// </summary>
    public const double Percentile = 99.99;

    private readonly ModelManifest _manifest;
    private readonly ModelInput _input;
    private readonly InferenceSession _session;
    private readonly Dictionary<string, LogHistogram> _histograms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double[]> _sums = new(StringComparer.Ordinal);
    private readonly GraphProto _graph;
    private readonly QuantizationPlan _plan;
    private int _pictures;

    /// <param name="manifest">Of the float model.</param>
    /// <param name="path">Its prepared file.</param>
    /// <param name="threads">0: one for each core.</param>
    /// <exception cref="ModelException">It cannot be converted to 8 bits whatever is measured, or ONNX Runtime doesn't load it.</exception>
    public Calibration(ModelManifest manifest, string path, int threads)
    {
        (_manifest, _input) = (manifest, manifest.Input);
        OnnxTelemetry.TurnOff();
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        _graph = model.Graph;
        _plan = new(_graph);
        Int8Conversion.Check(model, _plan);
        foreach (var tensor in _plan.Measured.Where(tensor => !string.Equals(tensor, _input.Name, StringComparison.Ordinal)))
        {
            _histograms.Add(tensor, new());
            _graph.Output.Add(new ValueInfoProto { Name = tensor });
        }

        foreach (var tensor in _graph.Node.Where(_plan.IsInteger).Select(static conv => conv.Input[0]).Distinct(StringComparer.Ordinal).ToList())
        {
            _sums.Add(tensor, []);
            _graph.Node.Add(new NodeProto { OpType = "GlobalAveragePool", Name = Mean(tensor), Input = { tensor }, Output = { Mean(tensor) } });
            _graph.Output.Add(new ValueInfoProto { Name = Mean(tensor) });
        }

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

    /// <summary>Runs the model on a picture.</summary>
    /// <exception cref="ModelException">ONNX Runtime cannot run it.</exception>
    public unsafe void Add(PictureTensor picture)
    {
        using var run = new RunOptions();
        using var value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [1, 3, _input.Height, _input.Width], (nint)picture.Values.Pointer, picture.Values.Length);
        using var outputs = InferenceThread.RunAsync(() => Run(run, value)).GetAwaiter().GetResult();
        var counted = _histograms.Values.Zip(outputs, static (histogram, output) => (histogram, output)).ToList();
        Parallel.ForEach(counted, static pair => pair.histogram.Add(pair.output.GetTensorDataAsSpan<float>()));
        foreach (var (tensor, means) in _sums.Keys.Zip(outputs.Skip(_histograms.Count)).ToList())
        {
            var channels = means.GetTensorDataAsSpan<float>();
            var sums = _sums[tensor] is { Length: > 0 } known ? known : _sums[tensor] = new double[channels.Length];
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += channels[i];
            }
        }

        _pictures++;
    }

    /// <summary>The ranges of everything seen so far; the input's from its normalisation.</summary>
    /// <exception cref="ModelException">A tensor held values that are infinite or no numbers.</exception>
    public ActivationRanges Ranges()
    {
        var ranges = new SortedDictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var (tensor, histogram) in _histograms)
        {
            if (histogram.HasNonFinite)
            {
                throw new ModelException($"The tensor '{tensor}' of model '{_manifest.Name}' held values that are infinite or no numbers, so it has no range for 8 bits.");
            }

            var range = histogram.Range(Percentile);
            ranges[tensor] = [range.Least, range.Greatest];
        }

        var ends = _input.Mean.Zip(_input.Std, static (mean, std) => (Black: (0 - mean) / std, White: (255 - mean) / std)).SelectMany(static end => new[] { end.Black, end.White }).ToList();
        ranges[_input.Name] = [Math.Min(0, ends.Min()), Math.Max(0, ends.Max())];
        var measured = new ActivationRanges(_pictures, Percentile, ranges);
        return _pictures == 0 ? measured : measured with { Biases = Biases(_plan.Apply(measured)) };
    }

    public void Dispose() => _session.Dispose();

    private IDisposableReadOnlyCollection<OrtValue> Run(RunOptions run, OrtValue picture)
    {
        try
        {
            return _session.Run(run, [_input.Name], [picture], [.. _histograms.Keys, .. _sums.Keys.Select(Mean)]);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"ONNX Runtime can't run model '{_manifest.Name}' for measuring: {e.Message}", e);
        }
    }

    private static string Mean(string tensor) => tensor + "_mean";

    private SortedDictionary<string, int[]> Biases(IReadOnlyDictionary<string, ActivationRange> ranges)
    {
        var (biases, constants) = (new SortedDictionary<string, int[]>(StringComparer.Ordinal), _graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal));
        foreach (var conv in _graph.Node.Where(_plan.IsInteger))
        {
            var weights = constants[conv.Input[1]].Floats();
            var quantized = QuantizedConv.Of(weights, (int)constants[conv.Input[1]].Dims[0]);
            var means = Array.ConvertAll(_sums[conv.Input[0]], sum => sum / _pictures);
            var groups = conv.Attribute.FirstOrDefault(static attribute => string.Equals(attribute.Name, "group", StringComparison.Ordinal));
            biases.Add(conv.Output[0], BiasCorrection.Of(weights, quantized, ranges[conv.Input[0]].Scale, means, (int)(groups?.I ?? 1)));
        }

        return biases;
    }
}

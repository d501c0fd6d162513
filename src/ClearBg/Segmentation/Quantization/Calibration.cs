using ClearBg.Segmentation.Onnx;

namespace ClearBg.Segmentation.Quantization;

/// <summary>
/// Measures the ranges of a model's activations on pictures: the float model runs on each and gives all measured tensors. Percentiles clip a few outliers so
/// that the rest gets finer levels. Means of what each Conv reads give the corrections of their biases.
/// </summary>
internal sealed class Calibration : IDisposable
{
    /// <summary>
    /// Percent of the values inside each end. With ISNet, measured as mean absolute difference from the float model on the calibration pictures: with the scales of
    /// <see cref="ChannelReach"/> 99.98 and 99.985 .0013; without them 99.99 .0018, 99.995 .0019.
    /// </summary>
    public const double Percentile = 99.985;

    private readonly ModelManifest _manifest;
    private readonly ModelInput _input;
    private readonly SortedDictionary<string, int[]>? _scales;
    private readonly MeasuringSession _session;
    private readonly Dictionary<string, LogHistogram> _histograms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double[]> _sums = new(StringComparer.Ordinal);
    private readonly GraphProto _graph;
    private readonly QuantizationPlan _plan;
    private int _pictures;

    /// <param name="manifest">Of the float model.</param>
    /// <param name="path">Its prepared file.</param>
    /// <param name="threads">0: one for each core.</param>
    /// <param name="scales">As <see cref="ChannelReach"/> measured them, or null: the model is measured as it is.</param>
    /// <exception cref="ModelException">It cannot be converted to 8 bits whatever is measured, or ONNX Runtime doesn't load it.</exception>
    public Calibration(ModelManifest manifest, string path, int threads, SortedDictionary<string, int[]>? scales = null)
    {
        (_manifest, _input, _scales) = (manifest, manifest.Input, scales);
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        _graph = model.Graph;
        _plan = new(_graph);
        Int8Conversion.Check(model, _plan);
        if (scales is not null)
        {
            ChannelScaling.Apply(_graph, scales);
        }

        foreach (var tensor in _plan.Measured.Where(tensor => !string.Equals(tensor, _input.Name, StringComparison.Ordinal)))
        {
            _histograms.Add(tensor, new());
        }

        foreach (var tensor in _graph.Node.Where(_plan.IsInteger).Select(static conv => conv.Input[0]).Distinct(StringComparer.Ordinal).ToList())
        {
            _sums.Add(tensor, []);
            _graph.Node.Add(new NodeProto { OpType = "GlobalAveragePool", Name = Mean(tensor), Input = { tensor }, Output = { Mean(tensor) } });
        }

        _session = new(manifest, path, model, [.. _histograms.Keys, .. _sums.Keys.Select(Mean)], threads);
    }

    /// <summary>Runs the model on a picture.</summary>
    /// <exception cref="ModelException">ONNX Runtime cannot run it.</exception>
    public void Add(PictureTensor picture)
    {
        using var outputs = _session.Run(picture);
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
                throw NotFinite(tensor, _manifest.Name);
            }

            var range = histogram.Range(Percentile);
            ranges[tensor] = [range.Least, range.Greatest];
        }

        var ends = _input.Mean.Zip(_input.Std, static (mean, std) => (Black: (0 - mean) / std, White: (255 - mean) / std)).SelectMany(static end => new[] { end.Black, end.White }).ToList();
        ranges[_input.Name] = [Math.Min(0, ends.Min()), Math.Max(0, ends.Max())];
        var measured = new ActivationRanges(_pictures, Percentile, ranges, Scales: _scales);
        return _pictures == 0 ? measured : measured with { Biases = Biases(_plan.Apply(measured)) };
    }

    internal static ModelException NotFinite(string tensor, string model) =>
        new($"The tensor '{tensor}' of model '{model}' held values that are infinite or no numbers, so it has no range for 8 bits.");

    public void Dispose() => _session.Dispose();

    private static string Mean(string tensor) => tensor + "_mean";

    private SortedDictionary<string, int[]> Biases(IReadOnlyDictionary<string, ActivationRange> ranges)
    {
        var (biases, constants) = (new SortedDictionary<string, int[]>(StringComparer.Ordinal), _graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal));
        foreach (var conv in _graph.Node.Where(_plan.IsInteger))
        {
            var weights = constants[conv.Input[1]].Floats();
            var quantized = QuantizedConv.Of(weights, (int)constants[conv.Input[1]].Dims[0]);
            var means = Array.ConvertAll(_sums[conv.Input[0]], sum => sum / _pictures);
            var groups = ConvShape.Of(conv, constants[conv.Input[1]]).Groups;
            biases.Add(conv.Output[0], BiasCorrection.Of(weights, quantized, ranges[conv.Input[0]].Scale, means, groups));
        }

        return biases;
    }
}

using ClearBg.Segmentation.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace ClearBg.Segmentation.Quantization;

/// <summary>
/// Measures how far each channel of a float model reaches on pictures, and from that the scales that make them reach alike (<see cref="ChannelScaling"/>).
/// With ISNet the histograms of 11,000 channels take 400 MB.
/// </summary>
internal sealed class ChannelReach : IDisposable
{
    /// <summary>
    /// Percent of a channel's values within its reach. The few beyond, up to ten times as far, would make everything else small: with the largest value as reach, or
    /// a mean of high powers, ISNet in 8 bits was worse than without scales.
    /// </summary>
    public const double Percentile = 99.9;

    /// <summary>A channel's factor is reach^0.9 ∕ weight^0.1, where weight is the largest that reads it: what is read with large weights gets somewhat finer levels.</summary>
    private const double Share = 0.9;

    // Six octaves from the mean of a Conv's channels: one that was all but silent on these pictures may speak on others.
    private const int Farthest = 24;

    private readonly string _model;
    private readonly GraphProto _graph;
    private readonly ChannelGroups _groups;
    private readonly List<string> _tensors;
    private readonly MeasuringSession _session;
    private readonly Dictionary<string, LogHistogram[]> _channels = new(StringComparer.Ordinal);

    /// <param name="manifest">Of the float model.</param>
    /// <param name="path">Its prepared file.</param>
    /// <param name="threads">0: one for each core.</param>
    /// <exception cref="ModelException">It cannot be converted to 8 bits whatever is measured, or ONNX Runtime doesn't load it.</exception>
    public ChannelReach(ModelManifest manifest, string path, int threads)
    {
        _model = manifest.Name;
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        var plan = new QuantizationPlan(model.Graph);
        Int8Conversion.Check(model, plan);
        _graph = model.Graph.Clone();
        _groups = new(_graph);
        _tensors = [.. plan.Measured.Where(tensor => _groups.IsScalable(tensor))];
        _session = new(manifest, path, model, _tensors, threads);
    }

    /// <summary>Runs the model on a picture.</summary>
    /// <exception cref="ModelException">ONNX Runtime cannot run it.</exception>
    public void Add(PictureTensor picture)
    {
        using var outputs = _session.Run(picture);
        var counted = _tensors.Zip(outputs, (tensor, output) => (histograms: HistogramsOf(tensor, output), output)).ToList();
        Parallel.ForEach(counted, static pair =>
        {
            var values = pair.output.GetTensorDataAsSpan<float>();
            var plane = values.Length / pair.histograms.Length;
            for (var channel = 0; channel < pair.histograms.Length; channel++)
            {
                pair.histograms[channel].Add(values.Slice(channel * plane, plane));
            }
        });
    }

    /// <summary>The scales for everything seen so far, as <see cref="ChannelScaling.Apply"/> takes them.</summary>
    /// <exception cref="ModelException">A tensor held values that are infinite or no numbers.</exception>
    public SortedDictionary<string, int[]> Scales()
    {
        var steps = Steps(Reaches(), LargestWeights());
        var convs = ChannelScaling.Scalable(_graph, _groups).ToList();
        foreach (var channels in convs.Select(conv => _groups.Of(conv.Output[0])))
        {
            var known = channels.Where(steps.ContainsKey).Select(group => steps[group]).ToList();
            var mean = known.Count == 0 ? 0 : (int)Math.Round(known.Average());
            foreach (var group in channels)
            {
                // One that never spoke, or that nobody reads, is as its neighbours.
                steps[group] = Math.Clamp(steps.GetValueOrDefault(group, mean), mean - Farthest, mean + Farthest);
            }
        }

        return new(convs.ToDictionary(static conv => conv.Output[0], conv => Array.ConvertAll(_groups.Of(conv.Output[0]), group => steps[group]), StringComparer.Ordinal), StringComparer.Ordinal);
    }

    public void Dispose() => _session.Dispose();

    private static Dictionary<int, int> Steps(Dictionary<int, float> reaches, Dictionary<int, float> weights) =>
        reaches.Where(pair => pair.Value > 0 && weights.GetValueOrDefault(pair.Key) > 0)
            .ToDictionary(static pair => pair.Key, pair => ChannelScaling.Step(Math.Pow(pair.Value, Share) / Math.Pow(weights[pair.Key], 1 - Share)));

    private LogHistogram[] HistogramsOf(string tensor, OrtValue output)
    {
        if (!_channels.TryGetValue(tensor, out var histograms))
        {
            _channels[tensor] = histograms = [.. Enumerable.Range(0, (int)output.GetTensorTypeAndShape().Shape[1]).Select(static _ => new LogHistogram(bits: 3))];
        }

        return histograms;
    }

    private Dictionary<int, float> Reaches()
    {
        var reaches = new Dictionary<int, float>();
        foreach (var (tensor, histograms) in _channels)
        {
            foreach (var (group, histogram) in _groups.Of(tensor).Zip(histograms))
            {
                if (histogram.HasNonFinite)
                {
                    throw Calibration.NotFinite(tensor, _model);
                }

                var range = histogram.Range(Percentile);
                reaches[group] = Math.Max(reaches.GetValueOrDefault(group), Math.Max(-range.Least, range.Greatest));
            }
        }

        return reaches;
    }

    // The largest weight that each channel is read with, by any Conv.
    private Dictionary<int, float> LargestWeights()
    {
        var (largest, constants) = (new Dictionary<int, float>(), _graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal));
        foreach (var conv in _graph.Node.Where(node => node.Is("Conv") && _groups.IsScalable(node.Input[0])))
        {
            var channels = _groups.Of(conv.Input[0]);
            var (weights, shape) = (constants[conv.Input[1]].Floats(), ConvShape.Of(conv, constants[conv.Input[1]]));
            for (var i = 0; i < weights.Length; i++)
            {
                var group = channels[shape.Input(i)];
                largest[group] = Math.Max(largest.GetValueOrDefault(group), Math.Abs(weights[i]));
            }
        }

        return largest;
    }
}

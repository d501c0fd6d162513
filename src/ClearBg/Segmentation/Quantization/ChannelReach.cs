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

    private readonly GraphProto _graph;
    private readonly List<string> _tensors;
    private readonly MeasuringSession _session;
    private readonly Dictionary<string, LogHistogram[]> _channels = new(StringComparer.Ordinal);

    /// <inheritdoc cref="Calibration(ModelManifest, string, int, SortedDictionary{string, int[]}?)"/>
    public ChannelReach(ModelManifest manifest, string path, int threads)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        var plan = new QuantizationPlan(model.Graph);
        Int8Conversion.Check(model, plan);
        _graph = model.Graph.Clone();
        _tensors = [.. plan.Measured.Where(tensor => !string.Equals(tensor, manifest.Input.Name, StringComparison.Ordinal))];
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
    public SortedDictionary<string, int[]> Scales()
    {
        var groups = new ChannelGroups(_graph);
        var steps = Steps(Reaches(groups), Weights(groups));
        var convs = ChannelScaling.Scalable(_graph, groups).ToList();
        foreach (var channels in convs.Select(conv => groups.Of(conv.Output[0])))
        {
            var known = channels.Where(steps.ContainsKey).Select(group => steps[group]).ToList();
            var mean = known.Count == 0 ? 0 : (int)Math.Round(known.Average());
            foreach (var group in channels)
            {
                // One that never spoke, or that nobody reads, is as its neighbours.
                steps[group] = Math.Clamp(steps.GetValueOrDefault(group, mean), mean - Farthest, mean + Farthest);
            }
        }

        steps[ChannelGroups.Fixed] = 0;
        return new(convs.ToDictionary(static conv => conv.Output[0], conv => Array.ConvertAll(groups.Of(conv.Output[0]), group => steps[group]), StringComparer.Ordinal), StringComparer.Ordinal);
    }

    public void Dispose() => _session.Dispose();

    private static Dictionary<int, int> Steps(Dictionary<int, float> reaches, Dictionary<int, float> weights) =>
        reaches.Where(pair => pair.Key != ChannelGroups.Fixed && pair.Value > 0 && weights.GetValueOrDefault(pair.Key) > 0)
            .ToDictionary(static pair => pair.Key, pair => ChannelScaling.Step(Math.Pow(pair.Value, Share) / Math.Pow(weights[pair.Key], 1 - Share)));

    private LogHistogram[] HistogramsOf(string tensor, OrtValue output)
    {
        if (!_channels.TryGetValue(tensor, out var histograms))
        {
            _channels[tensor] = histograms = [.. Enumerable.Range(0, (int)output.GetTensorTypeAndShape().Shape[1]).Select(static _ => new LogHistogram(bits: 3))];
        }

        return histograms;
    }

    private Dictionary<int, float> Reaches(ChannelGroups groups)
    {
        var reaches = new Dictionary<int, float>();
        foreach (var (tensor, histograms) in _channels)
        {
            foreach (var (group, histogram) in groups.Of(tensor).Zip(histograms))
            {
                var range = histogram.Range(Percentile);
                reaches[group] = Math.Max(reaches.GetValueOrDefault(group), Math.Max(-range.Least, range.Greatest));
            }
        }

        return reaches;
    }

    // The largest weight that each channel is read with, by any Conv.
    private Dictionary<int, float> Weights(ChannelGroups groups)
    {
        var (largest, constants) = (new Dictionary<int, float>(), _graph.Initializer.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal));
        foreach (var conv in _graph.Node.Where(static node => node.Is("Conv")))
        {
            var channels = groups.Of(conv.Input[0]);
            if (channels.Length == 0)
            {
                continue;
            }

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

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace ClearBg.Operations.Metrics;

/// <summary>One instrument as Prometheus' text format (version 0.0.4) says it: a counter, gauge or histogram with its series.</summary>
internal sealed class MetricFamily
{
    /// <summary>Seconds, where an instrument doesn't say its own: those that OpenTelemetry's HTTP conventions have.</summary>
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly Instrument _instrument;
    private readonly string _type;
    private readonly string _name;
    private readonly bool _isSet;

    public MetricFamily(Instrument instrument)
    {
        _instrument = instrument;
        var kind = instrument.GetType().Name.Split('`')[0];
        _type = kind switch
        {
            "Counter" or "ObservableCounter" => "counter",
            "Histogram" => "histogram",
            _ => "gauge",
        };
        _isSet = instrument.IsObservable || kind is "Gauge";
        _name = NameOf(instrument, _type);
    }

    /// <summary>Takes a measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = _series.GetOrAdd(Labels(tags), static (_, family) => new MetricSeries(family._type is "histogram" ? family.Bounds : null), this);
        if (_isSet)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    /// <summary>Forgets what is told anew each time it is asked for, so that what is no longer told is gone.</summary>
    public void Forget()
    {
        if (_isSet && _instrument.IsObservable)
        {
            _series.Clear();
        }
    }

    /// <summary>Writes all series, with the lines that say what they are.</summary>
    public void WriteTo(StringBuilder text)
    {
        if (_series.IsEmpty)
        {
            return;
        }

        text.Append("# HELP ").Append(_name).Append(' ').Append(Escape(_instrument.Description ?? _instrument.Name, quotes: false)).Append('\n');
        text.Append("# TYPE ").Append(_name).Append(' ').Append(_type).Append('\n');
        foreach (var (labels, series) in _series.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            var (value, counts) = series.Read();
            if (counts.Length == 0)
            {
                Line(text, "", labels, value);
                continue;
            }

            long sum = 0;
            for (var bucket = 0; bucket < counts.Length; bucket++)
            {
                sum += counts[bucket];
                var bound = bucket < Bounds.Count ? Number(Bounds[bucket]) : "+Inf";
                Line(text, "_bucket", labels.Length > 0 ? $"{labels},le=\"{bound}\"" : $"le=\"{bound}\"", sum);
            }

            Line(text, "_sum", labels, value);
            Line(text, "_count", labels, sum);
        }
    }

    private IReadOnlyList<double> Bounds => _instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } own } => own,
        Histogram<long> { Advice.HistogramBucketBoundaries: { } whole } => [.. whole.Select(static bound => (double)bound)],
        _ => Seconds,
    };

    private void Line(StringBuilder text, string suffix, string labels, double value)
    {
        text.Append(_name).Append(suffix);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>As OpenTelemetry maps names for Prometheus: underscores, the unit in full, <c>_total</c> for counters.</summary>
    private static string NameOf(Instrument instrument, string type)
    {
        var name = Identifier(instrument.Name);
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            _ => "",
        };
        name += name.EndsWith(unit, StringComparison.Ordinal) ? "" : unit;

        // In that format both endings have a meaning of their own.
        return type is "counter" ? $"{Without(name, "_total")}_total" : Without(name, "_count");

        static string Without(string name, string ending) => name.EndsWith(ending, StringComparison.Ordinal) ? name[..^ending.Length] : name;
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags)
        {
            labels[Identifier(name)] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        }

        return string.Join(',', labels.Select(static label => $"{label.Key}=\"{Escape(label.Value, quotes: true)}\""));
    }

    private static string Identifier(string name) => string.Concat(name.Select(static character => char.IsAsciiLetterOrDigit(character) ? character : '_'));

    private static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace ClearBg.Operations.Metrics;

/// <summary>
/// Listens to instruments (System.Diagnostics.Metrics) and says what they measured in Prometheus' text format,
/// https://prometheus.io/docs/instrumenting/exposition_formats: this program's, and the framework's about requests and about the runtime.
/// </summary>
internal sealed class MetricsText : IDisposable
{
    private static readonly string[] Meters = ["ClearBg", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    // By name: each host of a process has instruments of its own, which are one metric.
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _writing = new();

    public MetricsText()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (Array.Exists(Meters, name => instrument.Meter.Name.StartsWith(name, StringComparison.Ordinal)))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Everything that was measured up to now.</summary>
    public string Write()
    {
        lock (_writing)
        {
            foreach (var family in _families.Values)
            {
                family.Forget();
            }

            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var (_, family) in _families.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                family.WriteTo(text);
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _families.GetOrAdd(instrument.Name, static (_, first) => new MetricFamily(first), instrument).Record(value, tags);
}

using System.Diagnostics;

namespace ClearBg.Jobs;

/// <summary>Wall-clock milliseconds of each stage of one job, in the order they ran.</summary>
/// <param name="fetched">What came before the first of them; null where nothing was fetched.</param>
internal sealed class StageTimes(TimeSpan? fetched = null)
{
    private readonly List<(string Stage, double Milliseconds)> _laps = fetched is { } fetch ? [("fetch", fetch.TotalMilliseconds)] : [];
    private long _last = Stopwatch.GetTimestamp();

    public IReadOnlyList<(string Stage, double Milliseconds)> Laps => _laps;

    /// <summary>Ends a stage that began where the last one ended.</summary>
    public void Lap(string stage)
    {
        var now = Stopwatch.GetTimestamp();
        _laps.Add((stage, Stopwatch.GetElapsedTime(_last, now).TotalMilliseconds));
        _last = now;
    }

    /// <summary>As the Server-Timing header says it (W3C Server Timing): <c>decode;dur=61.2, infer;dur=1710.4</c>.</summary>
    public override string ToString() => string.Join(", ", _laps.Select(static lap => FormattableString.Invariant($"{lap.Stage};dur={lap.Milliseconds:0.0}")));
}

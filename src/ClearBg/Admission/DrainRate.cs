namespace ClearBg.Admission;

/// <summary>
/// How fast a gate's work gets done: weight finished for each second in which there was any inside, as an exponential moving average over about the last ten
/// pieces. Whatever leaves counts, also what failed: it made room all the same.
/// </summary>
internal sealed class DrainRate(TimeProvider time)
{
    /// <summary>Seconds that are said as long as nothing has been finished: a first picture may still wait for the model.</summary>
    public const int UnknownSeconds = 5;

    private const int MostSeconds = 60;

    /// <summary>What is left of a piece's say after each later one.</summary>
    private const double Kept = 0.9;

    private readonly Lock _lock = new();
    private double _weight;
    private double _seconds;
    private long? _last;

    /// <summary>The clock's timestamp.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>Counts a piece of work that ends now.</summary>
    /// <param name="weight">Its weight.</param>
    /// <param name="since">The timestamp at which it began.</param>
    public void Finish(int weight, long since)
    {
        lock (_lock)
        {
            // Pieces overlap, and each second counts once: from the last piece's end, or from this one's beginning if nothing was inside before it.
            var now = Now;
            var from = Math.Max(since, _last ?? since);
            (_weight, _seconds, _last) = ((Kept * _weight) + weight, (Kept * _seconds) + time.GetElapsedTime(from, now).TotalSeconds, now);
        }
    }

    /// <summary>Whole seconds that so much weight takes, 1 to 60.</summary>
    public int SecondsFor(long weight)
    {
        lock (_lock)
        {
            return _last is null ? UnknownSeconds : (int)Math.Clamp(Math.Ceiling(weight * _seconds / _weight), 1, MostSeconds);
        }
    }
}

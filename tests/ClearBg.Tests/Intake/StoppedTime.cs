using System.Collections.Concurrent;

namespace ClearBg.Tests.Intake;

/// <summary>A clock whose timers end when the test says so.</summary>
internal sealed class StoppedTime : TimeProvider
{
    private readonly ConcurrentQueue<Timer> _timers = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(dueTime, () => callback(state));
        _timers.Enqueue(timer);
        return timer;
    }

    /// <summary>True when something waits for so long.</summary>
    public bool Has(TimeSpan length) => _timers.Any(timer => timer.Length == length);

    /// <summary>Ends the one timer of this length.</summary>
    public void RunOut(TimeSpan length) => Assert.Single(_timers, timer => timer.Length == length).End();

    private sealed record Timer(TimeSpan Length, Action End) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}

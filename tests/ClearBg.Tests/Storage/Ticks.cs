namespace ClearBg.Tests.Storage;

/// <summary>One timer, which ticks when it is told to.</summary>
internal sealed class Ticks : TimeProvider, ITimer
{
    private Action? _tick;

    public (TimeSpan Due, TimeSpan Period) Period { get; private set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        (_tick, Period) = (() => callback(state), (dueTime, period));
        return this;
    }

    public void Tick() => _tick!();

    public bool Change(TimeSpan dueTime, TimeSpan period) => true;

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

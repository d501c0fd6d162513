using ClearBg.Admission;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Admission;

/// <summary>What a refused caller is told: when to come back.</summary>
public class DrainRateTests
{
    private readonly Clock _clock = new();

    [Fact]
    public void Before_anything_is_finished_it_is_a_guess() => Assert.Equal(5, new DrainRate(_clock).SecondsFor(1_000_000));

    [Theory]
    [InlineData(100, 5)]
    [InlineData(101, 6)]
    [InlineData(1, 1)]
    [InlineData(0, 1)]
    [InlineData(1_000_000, 60)]
    public void It_is_the_time_that_so_much_took_of_late_in_whole_seconds_of_1_to_60(int weight, int expected)
    {
        var rate = new DrainRate(_clock);
        for (var i = 0; i < 3; i++)
        {
            Finish(rate, 40, seconds: 2);
        }

        Assert.Equal(expected, rate.SecondsFor(weight));
    }

    [Fact]
    public void Idle_time_is_no_slowness()
    {
        var rate = new DrainRate(_clock);
        Finish(rate, 40, seconds: 2);
        _clock.Advance(3_600);
        Finish(rate, 40, seconds: 2);

        Assert.Equal(5, rate.SecondsFor(100));
    }

    [Fact]
    public void Pieces_at_the_same_time_count_each_second_once()
    {
        var rate = new DrainRate(_clock);
        var began = rate.Now;
        _clock.Advance(4);
        rate.Finish(40, began);
        rate.Finish(40, began);

        Assert.Equal(5, rate.SecondsFor(100));
    }

    [Fact]
    public void After_a_change_of_pace_the_new_one_counts()
    {
        var rate = new DrainRate(_clock);
        Finish(rate, 10, seconds: 1);
        for (var i = 0; i < 40; i++)
        {
            Finish(rate, 10, seconds: 4);
        }

        Assert.Equal(20, rate.SecondsFor(50), 1d);
    }

    [Fact]
    public async Task Who_is_refused_is_told_how_long_what_is_before_him_takes()
    {
        using var gate = new AdmissionGate(Options.Create(new AdmissionOptions { Megapixels = 10, QueuedMegapixels = 10 }), _clock);
        using (await gate.EnterAsync(10_000_000, CancellationToken.None))
        {
            _clock.Advance(2);
        }

        using var stop = new CancellationTokenSource();
        using var inside = await gate.EnterAsync(10_000_000, CancellationToken.None);
        var waiting = gate.EnterAsync(10_000_000, stop.Token).AsTask();
        using var refused = await gate.EnterAsync(4_000_000, CancellationToken.None);

        // Ten megapixels inside and ten that wait, at ten in two seconds.
        Assert.Equal((false, 4), (refused.IsAcquired, refused.RetryAfterSeconds));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private void Finish(DrainRate rate, int weight, int seconds)
    {
        var began = rate.Now;
        _clock.Advance(seconds);
        rate.Finish(weight, began);
    }

    /// <summary>A clock that stands until it is moved; its timers never end.</summary>
    private sealed class Clock : TimeProvider
    {
        private long _now = 1_000;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        public void Advance(int seconds) => _now += seconds * 1_000L;

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}

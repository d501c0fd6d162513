using ClearBg.Admission;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Admission;

public class AdmissionGateTests
{
    private static AdmissionGate Gate(int megapixels, int queued, TimeProvider? time = null) => new(Options.Create(new AdmissionOptions { Megapixels = megapixels, QueuedMegapixels = queued, WaitSeconds = 30 }), time ?? TimeProvider.System);

    [Fact]
    public async Task Lets_in_by_megapixels_begun_and_counts_small_pictures_as_four()
    {
        using var gate = Gate(13, 0);
        using var small = await gate.EnterAsync(1, CancellationToken.None);
        using var five = await gate.EnterAsync(4_000_001, CancellationToken.None);
        using var tooMuch = await gate.EnterAsync(4_000_001, CancellationToken.None);
        using var four = await gate.EnterAsync(4_000_000, CancellationToken.None);
        using var full = await gate.EnterAsync(1, CancellationToken.None);

        Assert.True(small.IsAcquired && five.IsAcquired && !tooMuch.IsAcquired && four.IsAcquired && !full.IsAcquired);
        five.Dispose();
        using var again = await gate.EnterAsync(5_000_000, CancellationToken.None);
        Assert.True(again.IsAcquired);
    }

    [Fact]
    public async Task A_picture_larger_than_the_gate_runs_alone()
    {
        using var gate = Gate(2, 10);
        var large = await gate.EnterAsync(50_000_000, CancellationToken.None);
        var next = gate.EnterAsync(1, CancellationToken.None);

        Assert.True(large.IsAcquired);
        Assert.False(next.IsCompleted);
        large.Dispose();
        using var entered = await next;
        Assert.True(entered.IsAcquired);
    }

    [Fact]
    public async Task First_come_first_served_and_beyond_the_queue_nobody_waits()
    {
        using var gate = Gate(1, 2);
        var inside = await gate.EnterAsync(1, CancellationToken.None);
        var first = gate.EnterAsync(1, CancellationToken.None).AsTask();
        var second = gate.EnterAsync(1, CancellationToken.None).AsTask();
        using var third = await gate.EnterAsync(1, CancellationToken.None);

        Assert.False(third.IsAcquired);
        inside.Dispose();
        using (await first)
        {
            Assert.False(second.IsCompleted);
        }

        using var last = await second;
        Assert.True(last.IsAcquired);
    }

    [Fact]
    public async Task Cancelling_gives_up_the_place_in_the_queue()
    {
        using var gate = Gate(1, 1);
        using var inside = await gate.EnterAsync(1, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var waiting = gate.EnterAsync(1, stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var next = gate.EnterAsync(1, CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
        inside.Dispose();
        using var entered = await next;
        Assert.True(entered.IsAcquired);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_allowed()
    {
        var time = new ManualTime();
        using var gate = Gate(1, 1, time);
        using var inside = await gate.EnterAsync(1, CancellationToken.None);
        var waiting = gate.EnterAsync(1, CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        time.RunOut(TimeSpan.FromSeconds(30));
        using (var tooLate = await waiting)
        {
            Assert.False(tooLate.IsAcquired);
        }

        // And the place in the queue is free again.
        var next = gate.EnterAsync(1, CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
        inside.Dispose();
        using var entered = await next;
        Assert.True(entered.IsAcquired);
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(10_001, -1, 2)]
    [InlineData(1, 100_001, 1)]
    [InlineData(1, 0, 0)]
    [InlineData(10_000, 100_000, 0)]
    [InlineData(1, 0, 1, 0)]
    [InlineData(1, 0, 1, 65_537)]
    [InlineData(1, 0, 0, 65_536)]
    public void Reports_every_bound_that_is_broken(int megapixels, int queued, int mistakes, int uploads = 1)
    {
        var options = new AdmissionOptions { Megapixels = megapixels, QueuedMegapixels = queued, UploadMegabytes = uploads };

        var result = new AdmissionOptionsValidator().Validate(null, options);

        Assert.Equal(mistakes, result.Failures?.Count() ?? 0);
    }

    /// <summary>A clock whose timers end when the test says so.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private readonly List<Timer> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(dueTime, () => callback(state));
            _timers.Add(timer);
            return timer;
        }

        /// <summary>Ends the last timer that was made, which must be one of this length.</summary>
        public void RunOut(TimeSpan length)
        {
            Assert.Equal(length, _timers[^1].Length);
            _timers[^1].End();
        }

        private sealed record Timer(TimeSpan Length, Action End) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}

using System.Globalization;
using ClearBg.Api;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using ClearBg.Tests.Intake;
using Microsoft.AspNetCore.Http;

namespace ClearBg.Tests.Api;

/// <summary>How long a body may take.</summary>
public sealed class RequestBodyTests : IDisposable
{
    private static readonly IntakeOptions Limits = new() { MaxBytes = 200_000 };

    private readonly BufferPool _pool = new(0);

    public void Dispose() => _pool.Dispose();

    /// <summary>Half a minute, and a second for each 64 KiB that are announced; where nothing is, for each that there could be.</summary>
    [Theory]
    [InlineData(65_536L, "00:00:31")]
    [InlineData(1_048_576L, "00:00:46")]
    [InlineData(null, "00:00:52.1035156")]
    public async Task A_body_that_drips_is_given_up_when_its_time_is_over(long? announced, string time)
    {
        var clock = new StoppedTime();
        using var body = new Dripping();
        var request = new DefaultHttpContext().Request;
        (request.Body, request.ContentLength) = (body, announced);

        var reading = RequestBody.ReadAsync(request, Limits, soon => RequestBody.ReadWholeAsync(request, _pool, Limits, soon), CancellationToken.None, clock);
        Assert.False(reading.IsCompleted);
        clock.RunOut(TimeSpan.Parse(time, CultureInfo.InvariantCulture));

        Assert.Equal(new Failure(FailureCode.InvalidRequest, "The body took too long."), (await reading).Failure);
        Assert.Equal(0, _pool.Rented);
    }

    /// <summary>One byte, and then silence.</summary>
    private sealed class Dripping : MemoryStream
    {
        private bool _isSilent;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_isSilent)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            _isSilent = true;
            return 1;
        }
    }
}

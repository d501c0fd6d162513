using ClearBg.Api;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using ClearBg.Tests.Api;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Intake;
using ClearBg.Tests.Segmentation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Jobs;

/// <summary>Jobs that are refused, fail or are cancelled leave no buffer and no place behind.</summary>
public sealed class RemovalEndsTests : IDisposable
{
    private readonly BufferPool _pool = new(0);
    private readonly byte[] _picture = Pictures.Plate(200, 120);

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>libwebp takes twice the memory of the other formats, so its pictures count twice at the gate.</summary>
    [Theory]
    [InlineData("png", true)]
    [InlineData("webp", false)]
    public async Task A_webp_answer_counts_twice_at_the_gate(string format, bool fits)
    {
        await using var removal = new Removal(new BrightnessModel(), ("Admission:Megapixels", "8"), ("Admission:QueuedMegapixels", "0"));
        using var half = await removal.Gate.EnterAsync(4_000_000, CancellationToken.None);
        Assert.True(ParameterNames.Formats.TryParse(format, out var wanted));

        // 2.2 megapixels: four at the gate, as every small picture; twice that is five.
        var outcome = await removal.TryAsync(Pictures.Disc(2_000, 1_100), new RemovalOptions { Format = wanted });

        Assert.Equal(fits, outcome.Succeeded(out var result, out var failure));
        Assert.Equal(fits ? null : FailureCode.Overloaded, failure?.Code);
        result?.Dispose();
    }

    [Fact]
    public async Task Every_failure_gives_every_buffer_back()
    {
        await using var removal = new Removal(new BrightnessModel { Scale = 1.05f });
        using var grey = Pictures.Paint(_pool, 80, 60, 3, static (_, _, _) => 100);
        var truncated = _picture[..(_picture.Length * 2 / 3)];

        Assert.Equal(FailureCode.UnknownForeground, await FailureOf(Pictures.Encode(Encoder.WritePng, grey)));
        Assert.Equal(FailureCode.FailedToReadImage, await FailureOf(truncated));
        Assert.Equal(FailureCode.InvalidFileType, await FailureOf("GIF89a, they say"u8.ToArray()));
        Assert.Equal(FailureCode.InvalidDimensions, await FailureOf(PictureFiles.Png(1, 500_000_000)));
        Assert.Equal(FailureCode.ResolutionTooHigh, await FailureOf(PictureFiles.Png(8_500, 6_000)));
        Assert.Equal(FailureCode.FailedToReadImage, await FailureOf(PictureFiles.Png(100, 100)));
        await using var full = new Removal(new BrightnessModel(), ("Admission:Megapixels", "1"), ("Admission:QueuedMegapixels", "0"));
        using (await full.Gate.EnterAsync(1, CancellationToken.None))
        {
            Assert.True(!(await full.TryAsync(_picture, new RemovalOptions())).Succeeded(out _, out var failure) && failure.Code == FailureCode.Overloaded);
        }

        async Task<FailureCode?> FailureOf(byte[] picture) => (await removal.TryAsync(picture, new RemovalOptions())).Failure?.Code;
    }

    [Theory]
    [InlineData("before")]
    [InlineData("header")]
    [InlineData("queue")]
    [InlineData("decode")]
    [InlineData("infer")]
    [InlineData("encode")]
    public async Task Cancelling_at_any_moment_gives_every_buffer_and_place_back(string moment)
    {
        using var stop = new CancellationTokenSource();
        var looks = 0;
        await using var removal = new Removal(new BrightnessModel { Scale = 1.05f }, services =>
        {
            // The pipeline looks at its limits twice: for the header, and when it begins to decode.
            if (moment is "header" or "decode")
            {
                services.AddSingleton<IOptions<IntakeOptions>>(new Watched(() =>
                {
                    if (++looks == (moment is "header" ? 1 : 2))
                    {
                        stop.Cancel();
                    }
                }));
            }
        });
        var session = await removal.Model.LoadedAsync(CancellationToken.None);
        if (moment is "encode")
        {
            removal.Streams.StreamCreated += (_, _) => stop.Cancel();
        }
        else if (moment is "before")
        {
            await stop.CancelAsync();
        }

        using (moment is "queue" ? await removal.Gate.EnterAsync(100_000_000, CancellationToken.None) : null)
        {
            // Only a picture whose inference never ends by itself is met for certain in the middle of it.
            using var white = Pictures.Paint(_pool, 64, 64, 3, static (_, _, _) => 255);
            var picture = moment is "infer" ? Pictures.Encode(Encoder.WritePng, white) : _picture;

            // What comes before the queue takes no other thread: it is in the queue when the call is back.
            var running = moment is "queue" ? TryAsync() : Task.Run(TryAsync);
            if (moment is "infer")
            {
                await Gateway.EventuallyAsync(() => session.Running == 1);
            }

            if (moment is "infer" or "queue")
            {
                await stop.CancelAsync();
            }

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(30)));

            async Task TryAsync() => await removal.TryAsync(picture, new RemovalOptions(), stop.Token);
        }

        Assert.True(stop.IsCancellationRequested);
        using var everything = await removal.Gate.EnterAsync(100_000_000, CancellationToken.None);
        Assert.True(everything.IsAcquired);
    }

    /// <summary>The default limits, which tell whenever they are looked at.</summary>
    private sealed class Watched(Action looked) : IOptions<IntakeOptions>
    {
        public IntakeOptions Value
        {
            get
            {
                looked();
                return new IntakeOptions();
            }
        }
    }
}

using ClearBg.Credits;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Segmentation;
using ClearBg.Storage;
using Microsoft.Extensions.Options;

namespace ClearBg.Jobs;

/// <summary>
/// A removal that an account pays for.
/// <code>
///  1 what it is           the picture's header and the balance: size and price
///  2 was it paid before   Idempotency-Key
///  3 reserve              a hold on the price, or on a free call
///  4 the work             RemovalPipeline
///  5 capture              or release, when there is no answer or nobody waits for it
/// </code>
/// Nothing is charged without an answer, and nothing answered without its charge. A process that dies in between leaves a hold, which is returned when its lifetime
/// is over, and an Idempotency-Key that begins anew by then.
/// </summary>
internal sealed partial class ChargedRemoval(
    RemovalPipeline pipeline, SharedModel model, CreditLedger ledger, IdempotencyKeys idempotency, RateWindows windows,
    IOptions<IntakeOptions> intake, ILogger<ChargedRemoval> log)
{
    /// <summary>Longer than any job takes, its waiting included.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Runs a job and charges for it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="bill">Who pays.</param>
    /// <param name="cancellation">The client's hanging up: then nothing is charged.</param>
    public async Task<Outcome<PaidRemoval>> RunAsync(RemovalJob job, Bill bill, CancellationToken cancellation)
    {
        // 1 what it is
        if (!PictureHeader.Read(job.Picture.Bytes, intake.Value).Succeeded(out var header, out var failure))
        {
            return failure;
        }

        var balance = await ledger.BalanceAsync(bill.Key.AccountId, cancellation);
        var order = new Order(job, header, Bill.Resolve(job.Options.Size, header, balance), JobFingerprint.Of(job));

        // 2 was it paid before
        if (bill.IdempotencyKey is not { } name)
        {
            return await SellAsync(order, bill, null, cancellation);
        }

        var record = await idempotency.BeginAsync(bill.Key.Id, name, order.Asked, order.Size.ToString(), Longest, cancellation);
        return record.State switch
        {
            IdempotencyState.New => await SellAsync(order, bill, record.Id, cancellation),
            IdempotencyState.Done => await RepeatAsync(order with { Size = Enum.Parse<SizeTier>(record.Answer!) }, balance, cancellation),
            IdempotencyState.Mismatch => new Failure(FailureCode.IdempotencyMismatch),
            _ => new Failure(FailureCode.IdempotencyInProgress, RetryAfterSeconds: 1),
        };
    }

    /// <summary>Steps 3 to 5.</summary>
    private async Task<Outcome<PaidRemoval>> SellAsync(Order order, Bill bill, string? record, CancellationToken cancellation)
    {
        Hold? hold = null;
        FreeCall? freeCall = null;
        RemovalResult? unsold = null;
        var isSold = false;
        try
        {
            // 3 reserve
            var price = bill.PriceOf(order.Size);
            if (price > default(CreditAmount))
            {
                hold = await ReserveAsync(bill, price, freeCallPays: order.Size == SizeTier.Preview, cancellation);
                if (hold is { IsFreeCall: true })
                {
                    freeCall = await CountFreeCallAsync(bill, cancellation);
                    if (!freeCall.Window.IsTaken)
                    {
                        // This address has had its free calls today; credits pay as for anybody else.
                        await ledger.ReleaseAsync(hold, CancellationToken.None);
                        hold = await ReserveAsync(bill, price, freeCallPays: false, cancellation);
                        if (hold is null)
                        {
                            return new Failure(FailureCode.FreeCallsExhausted);
                        }
                    }
                }

                if (hold is null)
                {
                    return new Failure(FailureCode.InsufficientCredits, $"This costs {price} credits.");
                }
            }

            // 4 the work
            if (!(await pipeline.RunAsync(order.Job with { Options = order.Job.Options with { Size = order.Size } }, cancellation)).Succeeded(out var result, out var failure))
            {
                return failure;
            }

            // 5 capture
            unsold = result;
            if (await CaptureAsync(hold, record, bill, cancellation) is not { } balance)
            {
                LogUnsold();
                return new Failure(FailureCode.Overloaded, "The request took too long.", RetryAfterSeconds: 1);
            }

            (unsold, isSold) = (null, true);
            return Answer(order, result, hold?.Amount ?? default, balance);
        }
        finally
        {
            unsold?.Dispose();
            if (!isSold)
            {
                await UndoAsync(hold, freeCall, record);
            }
        }
    }

    /// <summary>The balance after the charge; null when there was none to make.</summary>
    private async Task<Balance?> CaptureAsync(Hold? hold, string? record, Bill bill, CancellationToken cancellation)
    {
        // The last moment at which a client that is gone pays nothing. From here on the charge must come to its end.
        cancellation.ThrowIfCancellationRequested();
        if (hold is not null)
        {
            return await ledger.CaptureAsync(hold, record, CancellationToken.None);
        }

        return record is null || await idempotency.CompleteAsync(record, CancellationToken.None)
            ? await ledger.BalanceAsync(bill.Key.AccountId, CancellationToken.None)
            : null;
    }

    private async Task<Outcome<PaidRemoval>> RepeatAsync(Order order, Balance balance, CancellationToken cancellation) =>
        (await pipeline.RunAsync(order.Job with { Options = order.Job.Options with { Size = order.Size } }, cancellation)).Succeeded(out var result, out var failure)
            ? Answer(order, result, default, balance)
            : failure;

    private PaidRemoval Answer(Order order, RemovalResult result, CreditAmount charged, Balance balance)
    {
        var (width, height) = order.Header.Upright;
        var coversAll = order.Job.BackgroundImage is { } image && PictureHeader.Read(image.Bytes, intake.Value).Succeeded(out var background, out _) && background.Format == PictureFormat.Jpeg;
        var most = OutputSize.Of(width, height, order.Job.Options with { Size = SizeTier.FiftyMegapixels }, coversAll);
        return new PaidRemoval(result, charged, balance.Total, most, JobFingerprint.OfAnswer(order.Asked, order.Size, model.Choice.Manifest.Sha256));
    }

    private Task<Hold?> ReserveAsync(Bill bill, CreditAmount price, bool freeCallPays, CancellationToken cancellation) =>
        ledger.ReserveAsync(bill.Key.AccountId, bill.Key.Id, price, freeCallPays, Longest, cancellation);

    private async Task<FreeCall> CountFreeCallAsync(Bill bill, CancellationToken cancellation)
    {
        var subject = $"free:{bill.Address}";
        return new FreeCall(subject, await windows.TakeAsync(subject, 1, bill.FreeCallsPerAddress, windows.Midnight, cancellation));
    }

    private async Task UndoAsync(Hold? hold, FreeCall? freeCall, string? record)
    {
        if (hold is not null)
        {
            await ledger.ReleaseAsync(hold, CancellationToken.None);
        }

        if (freeCall is { Window.IsTaken: true })
        {
            await windows.GiveBackAsync(freeCall.Subject, 1, freeCall.Window, CancellationToken.None);
        }

        if (record is not null)
        {
            await idempotency.AbandonAsync(record, CancellationToken.None);
        }
    }

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning, Message = "A job was done after its hold had ended, and its answer thrown away")]
    private partial void LogUnsold();

    /// <param name="Job">What was asked.</param>
    /// <param name="Header">The picture's.</param>
    /// <param name="Size">What its size came to.</param>
    /// <param name="Asked">Its fingerprint.</param>
    private sealed record Order(RemovalJob Job, PictureHeader Header, SizeTier Size, string Asked);

    private sealed record FreeCall(string Subject, RateWindow Window);
}

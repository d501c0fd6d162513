using ClearBg.Admission;
using ClearBg.Credits;
using ClearBg.Storage;
using Microsoft.Extensions.Options;

namespace ClearBg.Jobs;

/// <summary>
/// A removal that an account pays for.
/// <code>
///  1 what it is           the balance and the picture's header: size and price
///  2 was it paid before   Idempotency-Key
///  3 reserve              a hold on the price, or on a free call
///  4 the work             RemovalPipeline
///  5 capture              or release, when there is no answer or nobody waits for it
/// </code>
/// Nothing is charged without an answer, and nothing answered without its charge. A process that dies in between leaves a hold, which is returned when its lifetime
/// is over, and an Idempotency-Key that begins anew by then.
/// </summary>
internal sealed partial class ChargedRemoval(
    RemovalPipeline pipeline, CreditLedger ledger, IdempotencyKeys idempotency, RateWindows windows,
    IOptions<AdmissionOptions> admission, ILogger<ChargedRemoval> log)
{
    /// <summary>Longer than any job takes, its waiting included.</summary>
    private readonly TimeSpan _longest = TimeSpan.FromMinutes(15) + TimeSpan.FromSeconds(admission.Value.WaitSeconds);

    /// <summary>Runs a job and charges for it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="bill">Who pays.</param>
    /// <param name="cancellation">The client's hanging up: then nothing is charged.</param>
    public async Task<Outcome<ChargedPicture>> RunAsync(InspectedJob job, Bill bill, CancellationToken cancellation)
    {
        // 1 what it is
        var balance = await ledger.BalanceAsync(bill.Key.AccountId, cancellation);
        var order = new Order(job, Bill.Resolve(job.Job.Options.Size, job.Header, balance), JobFingerprint.Of(job.Job));

        // 2 was it paid before
        if (bill.IdempotencyKey is not { } name)
        {
            return await SellAsync(order, bill, null, cancellation);
        }

        var record = await idempotency.BeginAsync(bill.Key.Id, name, order.Asked, _longest, cancellation);
        return record.State switch
        {
            IdempotencyState.New => await SellAsync(order, bill, record.Id, cancellation),
            IdempotencyState.Done => await RepeatAsync(order with { Size = Enum.Parse<SizeTier>(record.Answer!) }, balance, cancellation),
            IdempotencyState.Mismatch => new Failure(FailureCode.IdempotencyMismatch),
            _ => new Failure(FailureCode.IdempotencyInProgress, RetryAfterSeconds: 1),
        };
    }

    /// <summary>What it would cost now, without doing it; the refusal that it would meet for want of credits.</summary>
    public async Task<Outcome<Quote>> QuoteAsync(InspectedJob job, Bill bill, CancellationToken cancellation)
    {
        var balance = await ledger.BalanceAsync(bill.Key.AccountId, cancellation);
        var size = Bill.Resolve(job.Job.Options.Size, job.Header, balance);
        var price = bill.PriceOf(size);
        var hasCalls = size == SizeTier.Preview && price > default(CreditAmount) && balance.FreeCalls > 0;
        var isFree = hasCalls && (await windows.LookAsync(FreeCallsOf(bill), bill.FreeCallsPerAddress, windows.Midnight, cancellation)).Remaining > 0;
        return isFree || balance.Total >= price ? new Quote(isFree ? default : price, isFree, job.At(size).Output)
            : hasCalls ? new Failure(FailureCode.FreeCallsExhausted)
            : Insufficient(price);
    }

    /// <summary>Steps 3 to 5.</summary>
    private async Task<Outcome<ChargedPicture>> SellAsync(Order order, Bill bill, string? record, CancellationToken cancellation)
    {
        var reservation = new Reservation();
        RemovalResult? unsold = null;
        var isSold = false;
        try
        {
            // 3 reserve
            if (!(await ReserveAsync(order, bill, reservation, cancellation)).Succeeded(out var reserved, out var failure))
            {
                return failure;
            }

            // 4 the work
            if (!(await pipeline.RunAsync(reserved.Job.At(reserved.Size), cancellation)).Succeeded(out var result, out failure))
            {
                return failure;
            }

            // 5 capture
            unsold = result;
            if (await CaptureAsync(reservation.Hold, record is null ? null : new Completion(record, reserved.Size.ToString()), bill, cancellation) is not { } balance)
            {
                LogUnsold();
                return new Failure(FailureCode.Overloaded, "The request took too long.", RetryAfterSeconds: 1);
            }

            (unsold, isSold) = (null, true);
            return Answer(reserved, result, reservation.Hold?.Amount ?? default, balance);
        }
        finally
        {
            unsold?.Dispose();
            if (!isSold)
            {
                await UndoAsync(reservation, bill, record);
            }
        }
    }

    /// <summary>Sets aside what an order costs. One of size auto comes down to a preview where another request was quicker to the last credit.</summary>
    private async Task<Outcome<Order>> ReserveAsync(Order order, Bill bill, Reservation reservation, CancellationToken cancellation)
    {
        var failure = await ReserveAsync(order.Size, bill, reservation, cancellation);
        if (failure is null)
        {
            return order;
        }

        if (order.Size != SizeTier.Auto)
        {
            return failure;
        }

        order = order with { Size = SizeTier.Preview };
        return await ReserveAsync(order.Size, bill, reservation, cancellation) is { } still ? still : order;
    }

    private async Task<Failure?> ReserveAsync(SizeTier size, Bill bill, Reservation reservation, CancellationToken cancellation)
    {
        var price = bill.PriceOf(size);
        if (price <= default(CreditAmount))
        {
            return null;
        }

        reservation.Hold = await HoldAsync(bill, price, freeCallPays: size == SizeTier.Preview, cancellation);
        if (reservation.Hold is { IsFreeCall: true } free)
        {
            reservation.FreeCall = await windows.TakeAsync(FreeCallsOf(bill), 1, bill.FreeCallsPerAddress, windows.Midnight, cancellation);
            if (!reservation.FreeCall.IsTaken)
            {
                // This address has had its free calls today; credits pay as for anybody else.
                await ledger.ReleaseAsync(free, CancellationToken.None);
                reservation.Hold = await HoldAsync(bill, price, freeCallPays: false, cancellation);
                return reservation.Hold is null ? new Failure(FailureCode.FreeCallsExhausted) : null;
            }
        }

        return reservation.Hold is null ? Insufficient(price) : null;
    }

    /// <summary>The balance after the charge; null when there was none to make.</summary>
    private async Task<Balance?> CaptureAsync(Hold? hold, Completion? completion, Bill bill, CancellationToken cancellation)
    {
        // The last moment at which a client that is gone pays nothing. From here on the charge must come to its end.
        cancellation.ThrowIfCancellationRequested();
        if (hold is not null)
        {
            return await ledger.CaptureAsync(hold, completion, CancellationToken.None);
        }

        return completion is null || await idempotency.CompleteAsync(completion, CancellationToken.None)
            ? await ledger.BalanceAsync(bill.Key.AccountId, CancellationToken.None)
            : null;
    }

    private async Task<Outcome<ChargedPicture>> RepeatAsync(Order order, Balance balance, CancellationToken cancellation) =>
        (await pipeline.RunAsync(order.Job.At(order.Size), cancellation)).Succeeded(out var result, out var failure) ? Answer(order, result, default, balance) : failure;

    private ChargedPicture Answer(Order order, RemovalResult result, CreditAmount charged, Balance balance) =>
        new(result, charged, balance.Total, order.Job.At(SizeTier.FiftyMegapixels).Output, JobFingerprint.OfAnswer(order.Asked, order.Size, pipeline.RecipeFor(order.Job.Job.Options)));

    private Task<Hold?> HoldAsync(Bill bill, CreditAmount price, bool freeCallPays, CancellationToken cancellation) =>
        ledger.ReserveAsync(bill.Key.AccountId, bill.Key.Id, price, freeCallPays, _longest, cancellation);

    private static string FreeCallsOf(Bill bill) => $"free:{bill.Address}";

    private static Failure Insufficient(CreditAmount price) => new(FailureCode.InsufficientCredits, $"This costs {price} credits.");

    /// <summary>Each part even where another one fails: what stays behind is in the customer's way until its lifetime is over.</summary>
    private async Task UndoAsync(Reservation reservation, Bill bill, string? record)
    {
        try
        {
            if (reservation.Hold is { } hold)
            {
                await ledger.ReleaseAsync(hold, CancellationToken.None);
            }
        }
        finally
        {
            try
            {
                if (reservation.FreeCall is { IsTaken: true } freeCall)
                {
                    await windows.GiveBackAsync(FreeCallsOf(bill), 1, freeCall, CancellationToken.None);
                }
            }
            finally
            {
                if (record is not null)
                {
                    await idempotency.AbandonAsync(record, CancellationToken.None);
                }
            }
        }
    }

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning, Message = "A job was done after its hold had ended, and its answer thrown away")]
    private partial void LogUnsold();

    /// <param name="Job">What was asked.</param>
    /// <param name="Size">What its size came to.</param>
    /// <param name="Asked">Its fingerprint.</param>
    private sealed record Order(InspectedJob Job, SizeTier Size, string Asked);

    /// <summary>What was set aside so far.</summary>
    private sealed class Reservation
    {
        public Hold? Hold { get; set; }

        /// <summary>The address's count of free calls, where one is held.</summary>
        public RateWindow? FreeCall { get; set; }
    }
}

using ClearBg.Intake;
using ClearBg.Payments;
using ClearBg.Payments.Settlement;
using Microsoft.Extensions.Options;
using Microsoft.IO;

namespace ClearBg.Jobs;

/// <summary>
/// A removal that one payment pays for, from the third step on; the first two, which read the payment and compare it with our terms, need nothing but its header.
/// <code>
///  3 was it here before   by payer and nonce: join it, or answer from the store; another request 409, another payload 402
///  4 the picture          its header
///  5 would it go through  signature and simulation, on the chain
///  6 claim                the unique row: of all who get here with one payment, in all processes, one goes on, if the payer's balance covers all its payments that did
///  7 the work             RemovalPipeline; failure, or nobody who waits, deletes the claim
///  8 settle               only after the answer is stored, and then to the end
///  9 resend               comes in at 3 again
/// </code>
/// Nothing is charged for a picture that isn't there, and after a payment may have been sent nobody is asked for another one until the chain has said that it failed.
/// </summary>
internal sealed partial class PaidRemoval(
    RemovalPipeline pipeline, PaymentRecords records, PaymentAnswers answers, PaymentCollector collector, ISettlement settlement, PaymentMetrics metrics,
    RecyclableMemoryStreamManager streams, IOptions<IntakeOptions> intake, IOptions<PaymentsOptions> payments, TimeProvider clock, ILogger<PaidRemoval> log)
{
    /// <summary>How often whoever joins a request looks how far it is. By the database alone: it may run in another process.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    /// <summary>How long it does so in all: waiting for a place, the work, and the settlement.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>How long once only the settlement is missing.</summary>
    private TimeSpan SettlementPatience => TimeSpan.FromSeconds(payments.Value.SettlementSeconds);

    /// <summary>Steps 3 to 9.</summary>
    /// <param name="payment">Holds by our own terms, or was here before.</param>
    /// <param name="identifier">The client's name for it, or null.</param>
    /// <param name="job">What it is for. Its bytes must last until the task ends.</param>
    /// <param name="mayRepeat">Asked before work is done once more for a payment whose answer isn't kept any longer: gives the refusal, or null.</param>
    /// <param name="cancellation">The client's hanging up. Before the settlement begins it ends everything, at no charge; after that it ends only the wait of those who joined.</param>
    public async Task<PaidAnswer> RunAsync(Payment payment, string? identifier, RemovalJob job, Func<Task<Failure?>> mayRepeat, CancellationToken cancellation)
    {
        var request = PaidFingerprint.Of(job);
        var patience = clock.GetUtcNow() + Patience;
        PaymentRecord? record = null;
        while (true)
        {
            // 3 was it here before
            try
            {
                record = await records.FindAsync(payment.Id, cancellation);
                if (record is not null && await JoinAsync(payment, request, record, job, mayRepeat, cancellation) is { } known)
                {
                    return known;
                }
            }
            catch (Exception e) when (record is { State: not PaymentState.Working } && !cancellation.IsCancellationRequested)
            {
                // Perhaps paid already: nothing here may make its client sign another one.
                LogUnanswered(e, payment.Id);
                return new PaidAnswer.Pending(record.Transaction);
            }

            if (record is not null)
            {
                var now = clock.GetUtcNow();
                if (record.State == PaymentState.Settling && now + SettlementPatience < patience)
                {
                    patience = now + SettlementPatience;
                }

                if (now >= patience)
                {
                    return record.State == PaymentState.Settling
                        ? new PaidAnswer.Pending(record.Transaction)
                        : new PaidAnswer.Failed(new Failure(FailureCode.PaymentInProgress, "Send the same payment again.", RetryAfterSeconds: 2));
                }

                await Task.Delay(Glance, clock, cancellation);
                continue;
            }

            // Its own row may have come between the two looks.
            if (identifier is not null && await records.FindNamedAsync(payment.Authorization.From, identifier, cancellation) is { } named
                && !string.Equals(named.Payment.Id, payment.Id, StringComparison.Ordinal))
            {
                return Conflict("The payment-identifier belongs to another payment.");
            }

            // 4 the picture
            if (!InspectedJob.Of(job, intake.Value).Succeeded(out var inspected, out var failure))
            {
                return new PaidAnswer.Failed(failure);
            }

            // 5 would it go through
            if (await VerifyAsync(payment, cancellation) is { } fault)
            {
                // Perhaps only because another request with this payment was faster, and has paid with it by now.
                if (await records.FindAsync(payment.Id, cancellation) is null)
                {
                    return PaidAnswer.Of(fault, wasTried: false);
                }

                continue;
            }

            // 6 claim
            if (await records.ClaimAsync(payment, request, identifier, cancellation) is { } token
                && await SellAsync(payment, token, inspected, cancellation) is { } sold)
            {
                return sold;
            }

            // Someone else has it, and is found at 3.
        }
    }

    /// <summary>The answer that is there already, or will not come; null where it is still to be waited for.</summary>
    private async Task<PaidAnswer?> JoinAsync(
        Payment payment, string request, PaymentRecord record, RemovalJob job, Func<Task<Failure?>> mayRepeat, CancellationToken cancellation)
    {
        if (!string.Equals(record.Payment.PayloadHash, payment.PayloadHash, StringComparison.Ordinal))
        {
            return new PaidAnswer.Refused(PaymentReason.NonceUsed);
        }

        if (!string.Equals(record.RequestHash, request, StringComparison.Ordinal))
        {
            return Conflict("A payment pays for one picture in one format.");
        }

        return record.State switch
        {
            PaymentState.Settled => await RepeatAsync(payment, record.Transaction!, job, mayRepeat, cancellation),
            PaymentState.Failed => await collector.FindLateAsync(record.Payment, cancellation) switch
            {
                Finding.Paid { Transaction: var transaction } => await RepeatAsync(payment, transaction.ToString(), job, mayRepeat, cancellation),
                var finding when finding == Finding.Unknown => new PaidAnswer.Pending(record.Transaction),
                _ => new PaidAnswer.Refused(record.Reason ?? PaymentReason.SettleError, WasTried: true),
            },
            PaymentState.Settling when (record.IsPaused || record.LeasedUntil <= clock.GetUtcNow()) && await collector.ResumeAsync(record.Payment, CancellationToken.None) is SettlementOutcome.Pending pending =>
                new PaidAnswer.Pending(pending.Transaction ?? record.Transaction),
            _ => null,
        };
    }

    /// <summary>The stored answer; where that is gone, the same work again, which is paid already, and is stored again. Null where another request is at that.</summary>
    private async Task<PaidAnswer?> RepeatAsync(Payment payment, string transaction, RemovalJob job, Func<Task<Failure?>> mayRepeat, CancellationToken cancellation)
    {
        if (await ReadAsync(payment, transaction, cancellation) is { } stored)
        {
            return stored;
        }

        if (await records.TakeSettledAsync(payment.Id, cancellation) is not { } token)
        {
            return null;
        }

        RemovalResult? unsaid = null;
        try
        {
            if (await mayRepeat() is { } refusal)
            {
                return new PaidAnswer.Failed(refusal);
            }

            if (!(await pipeline.RunAsync(job, cancellation)).Succeeded(out var result, out var failure))
            {
                return new PaidAnswer.Failed(failure);
            }

            unsaid = result;
            await records.KeepAgainAsync(payment.Id, token, result.ContentType, result.Content, CancellationToken.None);
            unsaid = null;
            return Answer(result, transaction);
        }
        finally
        {
            unsaid?.Dispose();
            await records.LetGoAsync(payment.Id, token, CancellationToken.None);
        }
    }

    private async Task<PaidAnswer?> ReadAsync(Payment payment, string transaction, CancellationToken cancellation)
    {
        var content = streams.GetStream();
        try
        {
            if (await answers.ReadAsync(payment.Id, content, cancellation) is { } type)
            {
                content.Position = 0;
                return new PaidAnswer.Picture(content, type, transaction, null);
            }
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }

        await content.DisposeAsync();
        return null;
    }

    private async Task<PaymentFault?> VerifyAsync(Payment payment, CancellationToken cancellation)
    {
        // CheckAsync's words are for the operator; what clients get to read has a vocabulary of its own.
        var fault = await settlement.CheckAsync(cancellation) is not null ? new PaymentFault(IsUnavailable: true, PaymentReason.VerifyError) : await settlement.VerifyAsync(payment, cancellation);
        if (fault is not null)
        {
            metrics.CountFailed(fault.Reason);
        }

        return fault;
    }

    /// <summary>
    /// One balance looks enough to each of many payments that come together. Counted with the claim among them: of two, at least one sees both. The balance is asked for after
    /// that, so a payment that is settled meanwhile may count twice; whoever is refused for it can come again.
    /// </summary>
    private async Task<bool> IsCoveredAsync(Payment payment, CancellationToken cancellation)
    {
        var (payer, count) = (payment.Authorization.From, await records.CountOpenAsync(payment, cancellation));
        return count <= 1 || await settlement.BalanceAsync(payer, cancellation) is not { } balance || balance >= count * payment.Authorization.Value;
    }

    /// <summary>Steps 7 and 8, for whoever has the claim; null where it went to someone else in the meantime.</summary>
    private async Task<PaidAnswer?> SellAsync(Payment payment, string token, InspectedJob job, CancellationToken cancellation)
    {
        await using var lease = new PaymentLease(records, payment.Id, token, clock, log);
        RemovalResult? unsold = null;
        var isSettling = false;
        try
        {
            if (!await IsCoveredAsync(payment, cancellation))
            {
                return new PaidAnswer.Failed(new Failure(
                    FailureCode.RateLimited, "The payer's balance doesn't cover all its payments that are under way. Send the same payment again.", RetryAfterSeconds: 5));
            }

            // 7 the work
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lease.Lost);
            if (!(await WorkAsync(job, either.Token)).Succeeded(out var result, out var failure))
            {
                return new PaidAnswer.Failed(failure, WasWorkedOn: failure.Code == FailureCode.Internal);
            }

            unsold = result;
            if (!payment.HoldsUntil(clock.GetUtcNow() + PaymentTerms.SettlementTime))
            {
                // It waited too long for its place. Sent now, it might or might not make it into a block in time.
                return new PaidAnswer.Refused(PaymentReason.ValidBefore);
            }

            // The last moment at which a client that is gone pays nothing. From here on the payment must come to its end.
            either.Token.ThrowIfCancellationRequested();
            isSettling = true;
            try
            {
                if (!await records.BeginSettlingAsync(payment.Id, token, result.ContentType, result.Content, CancellationToken.None))
                {
                    LogUnsold();
                    return null;
                }
            }
            catch (Exception e)
            {
                // It may be written all the same, and then somebody settles it when this lease has ended.
                LogUnanswered(e, payment.Id);
                return new PaidAnswer.Pending(null);
            }

            // 8 settle
            switch (await collector.CollectAsync(payment, lease, CancellationToken.None))
            {
                case SettlementOutcome.Settled settled:
                    unsold = null;
                    return Answer(result, settled.Transaction);
                case SettlementOutcome.Failed { Fault: var fault }:
                    return PaidAnswer.Of(fault, wasTried: true);
                case var unknown:
                    return new PaidAnswer.Pending((unknown as SettlementOutcome.Pending)?.Transaction);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && lease.Lost.IsCancellationRequested)
        {
            LogUnsold();
            return null;
        }
        finally
        {
            unsold?.Dispose();
            if (!isSettling)
            {
                await records.DropAsync(payment.Id, token, CancellationToken.None);
            }
        }
    }

    /// <summary>A bug of ours is an answer too: it says that nothing was sent, and so that nothing is paid.</summary>
    private async Task<Outcome<RemovalResult>> WorkAsync(InspectedJob job, CancellationToken cancellation)
    {
        try
        {
            return await pipeline.RunAsync(job, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            LogBroken(e);
            return new Failure(FailureCode.Internal, "The payment was not used.");
        }
    }

    private static PaidAnswer.Picture Answer(RemovalResult result, string transaction) => new(result.Content, result.ContentType, transaction, result.Stages);

    private static PaidAnswer.Failed Conflict(string detail) => new(new Failure(FailureCode.PaymentConflict, detail));

    [LoggerMessage(EventId = 27, Level = LogLevel.Warning, Message = "A claim on a payment ended before its work did, and another request has it")]
    private partial void LogUnsold();

    [LoggerMessage(EventId = 31, Level = LogLevel.Error, Message = "A picture that was to be paid for could not be made")]
    private partial void LogBroken(Exception exception);

    [LoggerMessage(EventId = 29, Level = LogLevel.Error, Message = "Payment {Payment} may be paid, and could not be answered")]
    private partial void LogUnanswered(Exception exception, string payment);
}

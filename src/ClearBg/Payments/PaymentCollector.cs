using ClearBg.Payments.Settlement;
using Microsoft.Extensions.Options;

namespace ClearBg.Payments;

/// <summary>Has payments settled, and keeps the books about it.</summary>
internal sealed partial class PaymentCollector(
    ISettlement settlement, PaymentRecords records, PaymentMetrics metrics, IOptions<PaymentsOptions> options, TimeProvider clock, ILogger<PaymentCollector> log)
{
    /// <summary>
    /// Settles. Everything that goes wrong on the way is <see cref="SettlementOutcome.Pending"/>, exceptions too: after a payment may have been sent, not knowing is never
    /// a failure.
    /// </summary>
    /// <param name="payment">In the state settling.</param>
    /// <param name="lease">On it.</param>
    /// <param name="cancellation">The process's end, where someone else can go on; a client's hanging up is no reason to stop.</param>
    public async Task<SettlementOutcome> CollectAsync(Payment payment, PaymentLease lease, CancellationToken cancellation)
    {
        SettlementOutcome outcome = new SettlementOutcome.Pending(null);
        try
        {
            outcome = await settlement.SettleAsync(payment, lease.Token, cancellation);
            switch (outcome)
            {
                case SettlementOutcome.Settled settled:
                    await NoteAsync(payment, settled.Transaction);
                    break;
                case SettlementOutcome.Failed { Fault: var fault }:
                    if (!await FailAsync(payment, fault, lease))
                    {
                        return new SettlementOutcome.Pending(null);
                    }

                    metrics.CountFailed(fault.Reason);
                    LogFailed(payment.Id, fault.Reason);
                    break;
                case SettlementOutcome.Pending pending:
                    await records.PendingAsync(payment.Id, lease.Token, pending.Transaction, CancellationToken.None);
                    LogPending(payment.Id, pending.Transaction ?? "none");
                    break;
                default:
                    throw new InvalidOperationException("There are three outcomes.");
            }

            return outcome;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Others, or the next start, needn't wait for the lease to end.
            await records.LetGoAsync(payment.Id, lease.Token, CancellationToken.None);
            throw;
        }
        catch (Exception e)
        {
            // The row stays as it is: its lease ends, and somebody asks the chain again. What came is ours whatever the books say, and what failed isn't certain without them.
            LogUnknown(e, payment.Id);
            return outcome is SettlementOutcome.Failed ? new SettlementOutcome.Pending(null) : outcome;
        }
    }

    /// <summary>Goes on with a settlement; null where somebody else is at it, or nothing is to be settled. Other networks' payments wait until theirs is configured again.</summary>
    public async Task<SettlementOutcome?> ResumeAsync(Payment payment, CancellationToken cancellation)
    {
        if (payment.Network != PaymentTerms.Of(options.Value)?.Network)
        {
            return new SettlementOutcome.Pending(null);
        }

        if (await records.TakeAsync(payment.Id, cancellation) is not { } token)
        {
            return null;
        }

        await using var lease = new PaymentLease(records, payment.Id, token, clock, log);
        return await CollectAsync(payment, lease, cancellation);
    }

    /// <summary>Whether a payment that failed was paid after all: its signature goes on being good until its end, in anyone's hands.</summary>
    public async Task<Finding> FindLateAsync(Payment payment, CancellationToken cancellation)
    {
        var finding = await settlement.FindPaidAsync(payment, cancellation);
        if (finding is Finding.Paid { Transaction: var transaction })
        {
            await NoteAsync(payment, transaction.ToString());
        }

        return finding;
    }

    /// <summary>Has a look whether payments can be taken, so that the operator's figures are those of now though nobody asks.</summary>
    public Task LookAsync(CancellationToken cancellation) => settlement.CheckAsync(cancellation);

    private async Task NoteAsync(Payment payment, string transaction)
    {
        if (await records.SettledAsync(payment.Id, transaction, CancellationToken.None))
        {
            metrics.CountSettled();
            LogSettled(payment.Id, transaction);
        }
    }

    /// <summary>What is our own fault leaves the payment as good as before. False where it is no longer this process's to say so, or something is under way after all.</summary>
    private Task<bool> FailAsync(Payment payment, PaymentFault fault, PaymentLease lease) => fault.IsUnavailable
        ? records.ForgetAsync(payment.Id, lease.Token, CancellationToken.None)
        : records.FailedAsync(payment.Id, lease.Token, fault.Reason, CancellationToken.None);

    [LoggerMessage(EventId = 21, Level = LogLevel.Information, Message = "Payment {Payment} is settled by {Transaction}")]
    private partial void LogSettled(string payment, string transaction);

    [LoggerMessage(EventId = 22, Level = LogLevel.Warning, Message = "Payment {Payment} failed: {Reason}")]
    private partial void LogFailed(string payment, string reason);

    [LoggerMessage(EventId = 23, Level = LogLevel.Warning, Message = "Payment {Payment} is pending, last sent as {Transaction}")]
    private partial void LogPending(string payment, string transaction);

    [LoggerMessage(EventId = 24, Level = LogLevel.Error, Message = "What became of payment {Payment} is not known; it will be asked for again")]
    private partial void LogUnknown(Exception exception, string payment);
}

using System.Collections.Frozen;
using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>
/// Hands payments in with a key of our own, which holds money for gas and nothing else. Everything that a payment's end hangs on lies in the database before it is on its way, and is found on the
/// chain afterwards; so any process may drive any payment on, again and again, until it is over.
/// <code>
///  1 what was sent?      every hash is asked for: paid, or in a block without paying
///  2 nothing under way   simulate and estimate, fees, nonce; sign and store; broadcast
///  3 under way           broadcast again after a restart; raise the fees when stuck; give up when the authorization has ended
///  4 spent elsewhere     the transaction that spent the nonce is looked for: it may have paid us
/// </code>
/// </summary>
internal sealed partial class DirectSettlement(
    EthereumNode node, SettlerKey key, FeePolicy fees, SentTransactions transactions, FailingPayers payers, PaymentMetrics metrics, PaymentNetwork network, TimeSpan patience,
    TimeProvider clock, ILoggerFactory loggers) : ISettlement, IDisposable
{
    /// <summary>Base makes a block every two seconds.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a transaction waits for a block until its fees are raised.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(12);

    /// <summary>Transactions in blocks that didn't pay, of one payment, at most. A payer who moves money to and fro could make each attempt fail after it looked good.</summary>
    private const int MostReverts = 2;

    /// <summary>The same where a contract's check of the signature made the payment dear: it can tell a simulation from a block, and burn only what we pay for.</summary>
    private const int MostDearReverts = 1;

    /// <summary>How often fees are raised at once, when a node says that they are too low.</summary>
    private const int MostRaises = 3;

    private static readonly PaymentFault Unavailable = new(IsUnavailable: true, PaymentReason.SettleError);
    private static readonly PaymentFault Fruitless = new(IsUnavailable: false, PaymentReason.TransactionState);
    private static readonly PaymentFault Over = new(IsUnavailable: false, PaymentReason.ValidBefore);

    private readonly ILogger _logger = loggers.CreateLogger<DirectSettlement>();
    private readonly PaymentProof _proof = new(node);
    private readonly ChainVerification _verification = new(node, key.Address, payers, fees);
    private readonly FaultCache _check = new(new ChainCheck(node, new TokenCheck(node, network), key.Address, fees, metrics).LookAsync, clock, loggers.CreateLogger<FaultCache>());

    /// <inheritdoc/>
    public Task<PaymentFault?> CheckAsync(CancellationToken cancellation) => _check.GetAsync(cancellation);

    /// <inheritdoc/>
    public Task<PaymentFault?> VerifyAsync(Payment payment, CancellationToken cancellation) =>
        payment.HoldsUntil(clock.GetUtcNow() + PaymentTerms.LongestHold) ? Task.FromResult<PaymentFault?>(Over) : _verification.VerifyAsync(payment, cancellation);

    /// <inheritdoc/>
    public Task<BigInteger?> BalanceAsync(Address payer, CancellationToken cancellation) => _proof.BalanceAsync(payer, network, cancellation);

    /// <inheritdoc/>
    public async Task<Finding> FindPaidAsync(Payment payment, CancellationToken cancellation) => payment.Network != network ? Finding.Unknown
        : await _proof.FindPaidAsync(payment, new Sendings(await transactions.FindAsync(payment.Id, key.Address, cancellation)).FirstBlock, cancellation);

    /// <inheritdoc/>
    public async Task<SettlementOutcome> SettleAsync(Payment payment, string lease, CancellationToken cancellation)
    {
        var begun = await transactions.FindAsync(payment.Id, key.Address, cancellation) is [.., var oldest] ? oldest.CreatedAt : clock.GetUtcNow();
        for (var isFirst = true; ; isFirst = false)
        {
            var outcome = await StepAsync(payment, lease, isFirst, cancellation);
            switch (outcome)
            {
                case SettlementOutcome.Settled:
                    return outcome;
                case SettlementOutcome.Failed { Fault: { IsUnavailable: false } fault }:
                    await payers.CountAsync(payment.Authorization.From, fault, cancellation);
                    return outcome;
                default:
                    if (clock.GetUtcNow() - begun >= patience)
                    {
                        return outcome;
                    }

                    break;
            }

            await Task.Delay(Interval, clock, cancellation);
        }
    }

    public void Dispose() => _check.Dispose();

    private async Task<SettlementOutcome> StepAsync(Payment payment, string lease, bool isFirst, CancellationToken cancellation)
    {
        // 1
        var sent = await transactions.FindAsync(payment.Id, key.Address, cancellation);
        var open = sent.Find(static transaction => transaction.IsOpen);
        var (finding, reverted) = await _proof.FindAsync(payment, sent, cancellation);
        var sendings = new Sendings(sent, reverted);
        switch (finding)
        {
            case Finding.Paid { Transaction: var hash }:
                return await EndAsync(payment, sent.Find(transaction => transaction.Hash == hash), new SettlementOutcome.Settled(hash.ToString()), cancellation);
            case Finding.Unpaid when open is not null:
                // What is in a block has used its nonce up, and every transaction that would have taken its place went with it.
                LogReverted(payment.Id, open.Hash);
                await CloseAsync(payment, open, cancellation);
                if (IsDear(open))
                {
                    await payers.CountDearAsync(cancellation);
                }

                open = null;
                break;
        }

        // 2, 3
        return finding == Finding.Unknown ? Pending(sendings)
            : open is not null ? await DriveAsync(payment, sendings, open, isFirst, cancellation)
            : reverted.Count >= (sent.Exists(IsDear) ? MostDearReverts : MostReverts) ? await FailAsync(payment, sendings, Fruitless, cancellation)
            : await SendAsync(payment, lease, sendings, cancellation);
    }

    private async Task<SettlementOutcome> SendAsync(Payment payment, string lease, Sendings sendings, CancellationToken cancellation)
    {
        // Its payer may have failed with others since this one was looked at.
        if (await payers.IsHeldOffAsync(payment.Authorization.From, cancellation))
        {
            return await FailAsync(payment, sendings, Fruitless, cancellation);
        }

        var call = PaymentCall.Of(payment);
        if (!(await node.EstimateGasAsync(key.Address, network.Usdc, call, cancellation)).Succeeded(out var gas, out var failure))
        {
            return await FailAsync(payment, sendings, failure is NodeFailure.Refusal refusal && Revert.Text(refusal) is { } text ? RevertReason.Of(text) : Unavailable, cancellation);
        }

        // A lying node's estimate doesn't become a transaction: the budget bounds it.
        if (!(await fees.QuoteAsync(call.Length, cancellation)).Succeeded(out var quote, out _) || !fees.IsAffordable(quote, gas)
            || !(await node.NonceAsync(key.Address, cancellation)).Succeeded(out var next, out _)
            || !(await node.BalanceAsync(key.Address, cancellation)).Succeeded(out var balance, out _))
        {
            return await FailAsync(payment, sendings, quote is not null && fees.IsTooDear(quote, gas) ? Fruitless : Unavailable, cancellation);
        }

        var draft = new FeeMarketTransaction(network.ChainId, Nonce: 0, quote.TipCap, quote.FeeCap, WithRoom(gas), network.Usdc, Value: 0, call);
        return await transactions.AddAsync(payment.Id, lease, sendings.Sent.Count, key, new(next, balance - quote.DataFee), quote.Block.Number, draft, cancellation) is { } added
            ? await BroadcastAsync(payment, added, isNew: true, isStuck: false, cancellation)
            : await FailAsync(payment, sendings, Unavailable, cancellation);
    }

    private async Task<SettlementOutcome> DriveAsync(Payment payment, Sendings sendings, SentTransaction open, bool isFirst, CancellationToken cancellation)
    {
        if (!payment.HoldsUntil(clock.GetUtcNow()) && await _proof.IsOverAsync(payment, cancellation))
        {
            return await FailAsync(payment, sendings, Over, cancellation);
        }

        // Whether a process that died in between broadcast what it had stored, nobody knows; at worst it costs an eighth more.
        var isStuck = clock.GetUtcNow() - open.CreatedAt >= StuckAfter;
        return isFirst || isStuck ? await BroadcastAsync(payment, open, isNew: false, isStuck, cancellation) : new SettlementOutcome.Pending(open.Hash.ToString());
    }

    /// <summary>What the node makes of it only says what to do next. Whether it was paid is asked of the chain, at the next step.</summary>
    private async Task<SettlementOutcome> BroadcastAsync(Payment payment, SentTransaction transaction, bool isNew, bool isStuck, CancellationToken cancellation)
    {
        for (var raises = 0; ; raises++)
        {
            var verdict = (await node.SendAsync(transaction.Raw, cancellation)).Failure switch
            {
                null => BroadcastRefusal.AlreadyKnown,
                NodeFailure.Refusal { Message: var message } => BroadcastRefusals.Read(message),
                _ => BroadcastRefusal.Other,
            };
            if (verdict == BroadcastRefusal.NonceTooLow)
            {
                await LoseNonceAsync(payment, transaction, cancellation);
            }

            // No node ever had it: kept open, it would be a gap before everything that comes after it. Should one have it after all, it is still looked for.
            if (verdict == BroadcastRefusal.Rejected && isNew && raises == 0)
            {
                await CloseAsync(payment, null, cancellation);
            }

            // What the node doesn't have at all, because the settler's account is empty, isn't helped by higher fees.
            var isTooCheap = verdict == BroadcastRefusal.Underpriced || (verdict == BroadcastRefusal.AlreadyKnown && isStuck && raises == 0);
            var raised = isTooCheap && raises < MostRaises ? await RaiseAsync(payment, transaction, cancellation) : transaction;
            if (raised == transaction)
            {
                return new SettlementOutcome.Pending(transaction.Hash.ToString());
            }

            transaction = raised;
        }
    }

    /// <summary>The transaction that takes the place of one that is stuck; the same one where the operator's cap leaves no room.</summary>
    private async Task<SentTransaction> RaiseAsync(Payment payment, SentTransaction stuck, CancellationToken cancellation)
    {
        var call = PaymentCall.Of(payment);
        if (!(await fees.QuoteAsync(call.Length, cancellation)).Succeeded(out var quote, out _) || fees.Raise(quote, stuck) is not { } raised)
        {
            return stuck;
        }

        LogRaised(payment.Id, stuck.Hash);
        var draft = new FeeMarketTransaction(
            network.ChainId, stuck.Nonce, raised.TipCap, raised.FeeCap, stuck.GasLimit, network.Usdc, Value: 0, call);
        return await transactions.ReplaceAsync(payment.Id, key, stuck, draft, cancellation);
    }

    /// <summary>The nonce is used up. By one of our hashes, which the next step finds; or by somebody else with this key, and then the payment needs another one.</summary>
    private async Task LoseNonceAsync(Payment payment, SentTransaction transaction, CancellationToken cancellation)
    {
        if ((await node.NonceAsync(key.Address, cancellation)).Succeeded(out var next, out _) && next > transaction.Nonce
            && (await _proof.FindAsync(payment, await transactions.FindAsync(payment.Id, key.Address, cancellation), cancellation)).Finding == Finding.Nothing)
        {
            LogLostNonce(payment.Id, transaction.Nonce);
            await CloseAsync(payment, transaction, cancellation);
        }
    }

    /// <summary>4: a failure is certain only when the nonce is not spent and nothing of ours can still spend it, or when it was spent on something else.</summary>
    private async Task<SettlementOutcome> FailAsync(Payment payment, Sendings sendings, PaymentFault fault, CancellationToken cancellation)
    {
        if (fault.IsUnavailable)
        {
            return sendings.Sent.Count == 0 ? new SettlementOutcome.Failed(fault) : Pending(sendings);
        }

        // One node may know the block that ours is in, and the next one not yet. Asked before the nonce: what was not spent after the end never will be.
        var isEnded = !sendings.AnyWaits || await _proof.IsOverAsync(payment, cancellation);

        // Asked even where nothing was sent: the token looks at the time first, and says "expired" of a payment that others handed in before.
        if (await _proof.IsSpentAsync(payment, sendings.LastRevert, cancellation) is not { } isSpent)
        {
            return Pending(sendings);
        }

        if (!isSpent && fault.Reason is not PaymentReason.NonceUsed)
        {
            return isEnded ? await EndAsync(payment, null, new SettlementOutcome.Failed(fault), cancellation) : Pending(sendings);
        }

        return await _proof.FindSpendingAsync(payment, sendings.FirstBlock, cancellation) switch
        {
            Finding.Paid { Transaction: var hash } => await EndAsync(payment, null, new SettlementOutcome.Settled(hash.ToString()), cancellation),
            Finding.Unpaid => await EndAsync(payment, null, new SettlementOutcome.Failed(new(IsUnavailable: false, PaymentReason.NonceUsed)), cancellation),
            _ => Pending(sendings),
        };
    }

    private async Task<SettlementOutcome> EndAsync(Payment payment, SentTransaction? used, SettlementOutcome outcome, CancellationToken cancellation)
    {
        await CloseAsync(payment, used, cancellation);
        return outcome;
    }

    private Task CloseAsync(Payment payment, SentTransaction? used, CancellationToken cancellation) =>
        transactions.CloseAsync(payment.Id, key.Address, network.ChainId, used?.Nonce, cancellation);

    /// <summary>What is estimated on one block may take more on the next: a first payment to an account, a payer's last cent.</summary>
    private static long WithRoom(long gas) => gas + (3 * gas / 10);

    /// <summary>Whether it may take more gas than a payment by a key ever does.</summary>
    private static bool IsDear(SentTransaction transaction) => transaction.GasLimit > WithRoom(FeePolicy.TypicalGas);

    private static SettlementOutcome.Pending Pending(Sendings sendings) => new(sendings.Sent is [var newest, ..] ? newest.Hash.ToString() : null);

    /// <summary>What was sent for a payment.</summary>
    /// <param name="Sent">Newest first.</param>
    /// <param name="Reverted">The nonces of those that are in blocks without having paid, each with its block.</param>
    private sealed record Sendings(List<SentTransaction> Sent, IReadOnlyDictionary<long, long> Reverted)
    {
        public Sendings(List<SentTransaction> sent)
            : this(sent, FrozenDictionary<long, long>.Empty)
        {
        }

        /// <summary>Nothing that concerns the payment is older; null where nothing was sent.</summary>
        public long? FirstBlock => Sent.Count > 0 ? Sent.Min(static transaction => transaction.Block) : null;

        /// <summary>The newest block that holds one that reverted; null for none.</summary>
        public long? LastRevert => Reverted.Count > 0 ? Reverted.Values.Max() : null;

        /// <summary>Whether there is one that no block is known to hold or to have made void.</summary>
        public bool AnyWaits => Sent.Exists(transaction => !Reverted.ContainsKey(transaction.Nonce));
    }

    [LoggerMessage(EventId = 46, Level = LogLevel.Warning, Message = "Payment {Payment} is in a block without having paid, as {Transaction} or what it took the place of")]
    private partial void LogReverted(string payment, Bytes32 transaction);

    [LoggerMessage(EventId = 47, Level = LogLevel.Information, Message = "Payment {Payment} waits for a block: fees are raised above those of {Transaction}")]
    private partial void LogRaised(string payment, Bytes32 transaction);

    [LoggerMessage(EventId = 48, Level = LogLevel.Warning, Message = "Payment {Payment} lost nonce {Nonce} to a transaction that is not of this installation")]
    private partial void LogLostNonce(string payment, long nonce);
}

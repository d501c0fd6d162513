using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>What the chain says of a payment.</summary>
internal abstract record Finding
{
    private Finding()
    {
    }

    /// <summary>Nothing yet.</summary>
    public static readonly Finding Nothing = new None();

    /// <summary>The chain didn't say.</summary>
    public static readonly Finding Unknown = new Silence();

    /// <summary>It was paid.</summary>
    /// <param name="Transaction">In which transaction; anyone's.</param>
    public sealed record Paid(Bytes32 Transaction) : Finding;

    /// <summary>A transaction of ours is in a block and didn't pay, or the authorization was spent on something else.</summary>
    public sealed record Unpaid : Finding;

    private sealed record None : Finding;

    private sealed record Silence : Finding;
}

/// <summary>Looks for a payment on the chain: in our own transactions, and in anyone's. An authorization is good in whoever's hands it is.</summary>
internal sealed class PaymentProof(EthereumNode node)
{
    /// <summary>Blocks whose logs are asked for at once; hosted nodes allow from 500 on.</summary>
    private const int Page = 500;

    /// <summary>Pages that are read in one go: about half a day of Base's blocks.</summary>
    private const int MostPages = 40;

    /// <summary>Blocks that the search goes back beyond what is known: an hour of Base's.</summary>
    private const int LookBack = 1800;

    /// <summary>Base's.</summary>
    private const int SecondsPerBlock = 2;

    /// <summary>
    /// Seconds past the authorization's end in the newest block, until what is not spent counts as what never will be: of the nodes behind one address some lag, and blocks can be taken back.
    /// </summary>
    private const int EndMargin = 30;

    /// <summary>
    /// What became of our own transactions: whether any has paid, and else whether an open one is in a block without having paid; and the nonces that are used up by one that is in a block
    /// without having paid.
    /// </summary>
    public async Task<(Finding Finding, IReadOnlySet<long> Reverted)> FindAsync(Payment payment, IReadOnlyList<SentTransaction> sent, CancellationToken cancellation)
    {
        var (finding, reverted) = (Finding.Nothing, new HashSet<long>());
        foreach (var transaction in sent)
        {
            if (!(await node.ReceiptAsync(transaction.Hash, cancellation)).Succeeded(out var receipt, out _))
            {
                return (Finding.Unknown, reverted);
            }

            if (receipt is null)
            {
                continue;
            }

            // Ours do nothing but pay. A node that shows the success and not the payment has lost the logs, or lies.
            var verdict = receipt.Succeeded ? Judge(receipt.Logs, payment, receipt.TransactionHash) : new Finding.Unpaid();
            if (receipt.Succeeded)
            {
                return (verdict is Finding.Paid ? verdict : Finding.Unknown, reverted);
            }

            // That one whose nonce is given up already didn't pay says nothing about the one that came after it.
            reverted.Add(transaction.Nonce);
            if (transaction.IsOpen)
            {
                finding = verdict;
            }
        }

        return (finding, reverted);
    }

    /// <summary>Whether the authorization has ended on the chain, with room. False also where the chain doesn't say.</summary>
    public async Task<bool> IsOverAsync(Payment payment, CancellationToken cancellation) =>
        (await node.LatestBlockAsync(cancellation)).Succeeded(out var block, out _) && block.Time >= payment.Authorization.ValidBefore + EndMargin;

    /// <summary>Whether the payer's nonce is spent, by us or anyone. Null where the chain doesn't say.</summary>
    public async Task<bool?> IsSpentAsync(Payment payment, CancellationToken cancellation)
    {
        var call = Usdc.AuthorizationState(payment.Authorization.From, payment.Authorization.Nonce);
        return (await node.CallAsync(payment.Authorization.To, payment.Network.Usdc, call, cancellation)).Succeeded(out var state, out _) && state.Length == UInt256.Length
            ? state.AsSpan().ContainsAnyExcept((byte)0)
            : null;
    }

    /// <summary>In which transaction a spent nonce was spent, and whether it paid.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="fromBlock">Where the search begins; null where that isn't known.</param>
    /// <param name="age">How long ago the payment was handed to others first, for an estimate of the block.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<Finding> FindSpendingAsync(Payment payment, long? fromBlock, TimeSpan age, CancellationToken cancellation)
    {
        if (!(await node.LatestBlockAsync(cancellation)).Succeeded(out var latest, out _))
        {
            return Finding.Unknown;
        }

        var from = fromBlock ?? Math.Max(0, latest.Number - LookBack - ((long)age.TotalSeconds / SecondsPerBlock));
        for (var page = 0; page < MostPages && from <= latest.Number; page++, from += Page)
        {
            var to = Math.Min(from + Page - 1, latest.Number);
            if (!(await node.LogsAsync(payment.Network.Usdc, Usdc.SpendingEvents, Usdc.SpentNonce(payment.Authorization), from, to, cancellation)).Succeeded(out var logs, out _))
            {
                return Finding.Unknown;
            }

            if (logs is [var spending, ..])
            {
                return await JudgeAsync(payment, spending, cancellation);
            }
        }

        return Finding.Unknown;
    }

    /// <summary>The hash under which a payment is paid, by us or anyone; null where it isn't, or the chain doesn't say.</summary>
    public async Task<string?> FindPaidAsync(Payment payment, long? fromBlock, TimeSpan age, CancellationToken cancellation) =>
        await IsSpentAsync(payment, cancellation) == true && await FindSpendingAsync(payment, fromBlock, age, cancellation) is Finding.Paid { Transaction: var hash } ? hash.ToString() : null;

    /// <summary>What an account has of the network's token; null where the chain doesn't say.</summary>
    public async Task<BigInteger?> BalanceAsync(Address account, PaymentNetwork network, CancellationToken cancellation) =>
        (await node.CallAsync(account, network.Usdc, Usdc.BalanceOf(account), cancellation)).Succeeded(out var balance, out _) && balance.Length == UInt256.Length
            ? UInt256.Read(balance)
            : null;

    /// <summary>
    /// By the payer's own logs in that block and not by a receipt, for the transaction may be anyone's: one that logs nothing else for all its gas has a receipt of more bytes than are read.
    /// </summary>
    private async Task<Finding> JudgeAsync(Payment payment, LogEntry spending, CancellationToken cancellation)
    {
        if (Usdc.IsCancellation(spending))
        {
            return new Finding.Unpaid();
        }

        var (token, payer) = (payment.Network.Usdc, Usdc.Payer(payment.Authorization));
        return (await node.LogsAsync(token, Usdc.PayingEvents, payer, spending.Block, spending.Block, cancellation)).Succeeded(out var logs, out _)
            && logs.FindAll(log => log.TransactionHash == spending.TransactionHash) is [_, ..] own
                ? Judge(own, payment, spending.TransactionHash)
                : Finding.Unknown;
    }

    private static Finding Judge(IReadOnlyList<LogEntry> logs, Payment payment, Bytes32 transaction) =>
        Usdc.IsPaid(logs, payment.Network.Usdc, payment.Authorization) ? new Finding.Paid(transaction) : new Finding.Unpaid();
}

using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>Looks for a payment on the chain: in our own transactions, and in anyone's. An authorization is good in whoever's hands it is.</summary>
internal sealed class PaymentProof(EthereumNode node)
{
    /// <summary>Blocks whose logs are asked for at once; hosted nodes allow from 500 on.</summary>
    private const int Page = 500;

    /// <summary>Pages that are read in one go: about half a day of Base's blocks.</summary>
    private const int MostPages = 40;

    /// <summary>Blocks that the search goes back beyond what is known: ten minutes of Base's.</summary>
    private const int LookBack = 300;

    /// <summary>Base's.</summary>
    private const int SecondsPerBlock = 2;

    /// <summary>Blocks by which nodes behind one address lag at most: half a minute of Base's.</summary>
    private const int LagBlocks = 15;

    /// <summary>
    /// Seconds past the authorization's end in the newest block, until what is not spent counts as what never will be: of the nodes behind one address some lag, and blocks can be taken back.
    /// </summary>
    private const int EndMargin = 30;

    /// <summary>
    /// What became of our own transactions: whether any has paid, and else whether an open one is in a block without having paid; and the nonces that are used up by one that is in a block
    /// without having paid, each with that block.
    /// </summary>
    public async Task<(Finding Finding, IReadOnlyDictionary<long, long> Reverted)> FindAsync(Payment payment, IReadOnlyList<SentTransaction> sent, CancellationToken cancellation)
    {
        var (finding, reverted) = (Finding.Nothing, new Dictionary<long, long>());
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
            reverted[transaction.Nonce] = receipt.Block;
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
    /// <param name="payment">The payment.</param>
    /// <param name="since">A block that whoever answers has to know, for of the nodes behind one address some lag; null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<bool?> IsSpentAsync(Payment payment, long? since, CancellationToken cancellation)
    {
        // Nodes forget the state of blocks after minutes; by then all know what came after it.
        if (since is { } block && await IsSpentAtAsync(payment, block, cancellation) is var spent && (spent is not null || !await IsPastAsync(block + LagBlocks, cancellation)))
        {
            return spent;
        }

        return await IsSpentAtAsync(payment, null, cancellation);
    }

    /// <summary>In which transaction a spent nonce was spent, and whether it paid.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="fromBlock">Where the search begins; null where that isn't known: then some time before it can have been taken.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<Finding> FindSpendingAsync(Payment payment, long? fromBlock, CancellationToken cancellation)
    {
        if (!(await node.LatestBlockAsync(cancellation)).Succeeded(out var latest, out _))
        {
            return Finding.Unknown;
        }

        var from = fromBlock ?? Math.Max(0, latest.Number - LookBack - (AgeOf(payment, latest) / SecondsPerBlock));
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

    /// <summary>Whether a payment is paid, by us or anyone.</summary>
    public async Task<Finding> FindPaidAsync(Payment payment, long? fromBlock, CancellationToken cancellation) => await IsSpentAsync(payment, null, cancellation) switch
    {
        true => await FindSpendingAsync(payment, fromBlock, cancellation),
        false => Finding.Nothing,
        null => Finding.Unknown,
    };

    /// <summary>Whether a transaction, of which somebody says so, has paid. What isn't in a block yet is unknown.</summary>
    public async Task<Finding> JudgeAsync(Payment payment, Bytes32 transaction, CancellationToken cancellation) =>
        (await node.ReceiptAsync(transaction, cancellation)).Succeeded(out var receipt, out _) && receipt is { Succeeded: true } ? Judge(receipt.Logs, payment, transaction) : Finding.Unknown;

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

    private async Task<bool?> IsSpentAtAsync(Payment payment, long? block, CancellationToken cancellation)
    {
        var call = Usdc.AuthorizationState(payment.Authorization.From, payment.Authorization.Nonce);
        return (await node.CallAsync(payment.Authorization.To, payment.Network.Usdc, call, block, cancellation)).Succeeded(out var state, out _) && state.Length == UInt256.Length
            ? state.AsSpan().ContainsAnyExcept((byte)0)
            : null;
    }

    private async Task<bool> IsPastAsync(long block, CancellationToken cancellation) =>
        (await node.LatestBlockAsync(cancellation)).Succeeded(out var latest, out _) && latest.Number >= block;

    /// <summary>Most seconds since a payment can have been taken, by its own end.</summary>
    private static long AgeOf(Payment payment, Block latest) =>
        (long)BigInteger.Clamp(latest.Time - payment.Authorization.ValidBefore + (long)PaymentTerms.LongestHold.TotalSeconds, 0, latest.Time);

    private static Finding Judge(IReadOnlyList<LogEntry> logs, Payment payment, Bytes32 transaction) =>
        Usdc.IsPaid(logs, payment.Network.Usdc, payment.Authorization) ? new Finding.Paid(transaction) : new Finding.Unpaid();
}

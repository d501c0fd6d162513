using System.Text.Json;

namespace ClearBg.Payments.Ethereum;

/// <summary>What came of a transaction that is in a block.</summary>
/// <param name="TransactionHash">Which.</param>
/// <param name="Block">In which block.</param>
/// <param name="Succeeded">Status 1; a transaction that reverted is in a block too, and has status 0.</param>
/// <param name="Logs">What contracts reported; nothing where it reverted.</param>
internal sealed record Receipt(Bytes32 TransactionHash, long Block, bool Succeeded, IReadOnlyList<LogEntry> Logs)
{
    /// <summary>Null for what is no receipt.</summary>
    public static Receipt? Read(JsonElement json) =>
        json.Bytes32("transactionHash") is { } hash && json.Count("blockNumber") is { } block && json.Count("status") is (0 or 1) and var status && json.Member("logs") is { } list && LogEntry.ReadAll(list) is { } logs
            ? new(hash, block, status == 1, logs)
            : null;
}

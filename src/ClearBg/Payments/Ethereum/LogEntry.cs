using System.Text.Json;

namespace ClearBg.Payments.Ethereum;

/// <summary>What a contract reported in a transaction.</summary>
/// <param name="Emitter">The contract.</param>
/// <param name="Topics">The event's hash and its indexed arguments; at most 4.</param>
/// <param name="Data">The other arguments.</param>
/// <param name="Block">In which block.</param>
/// <param name="TransactionHash">In which transaction.</param>
internal sealed record LogEntry(Address Emitter, IReadOnlyList<Bytes32> Topics, byte[] Data, long Block, Bytes32 TransactionHash)
{
    /// <summary>The entries of a list, without those that a chain took back; null for what is no list of entries.</summary>
    public static List<LogEntry>? ReadAll(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var entries = new List<LogEntry>();
        foreach (var item in json.EnumerateArray())
        {
            if (Read(item) is not { } entry)
            {
                return null;
            }

            if (item.Flag("removed") != true)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    private static LogEntry? Read(JsonElement json)
    {
        if (json.Address("address") is not { } emitter || json.Bytes("data") is not { } data || json.Count("blockNumber") is not { } block
            || json.Bytes32("transactionHash") is not { } hash
            || json.Member("topics") is not { ValueKind: JsonValueKind.Array } list)
        {
            return null;
        }

        var topics = new List<Bytes32>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.Bytes32() is not { } topic)
            {
                return null;
            }

            topics.Add(topic);
        }

        return new(emitter, topics, data, block, hash);
    }
}

namespace ClearBg.Payments.Settlement;

/// <summary>Why a node didn't take a transaction. JSON-RPC has no codes for it: nodes are told apart by their words, of which these are common to geth, Reth, Erigon, Nethermind, Besu and anvil.</summary>
internal enum BroadcastRefusal
{
    /// <summary>It has it already: as good as taken.</summary>
    AlreadyKnown,

    /// <summary>A transaction with this nonce is in a block: this one, or another.</summary>
    NonceTooLow,

    /// <summary>It pays too little: for the next block, for the node, or to take another one's place.</summary>
    Underpriced,

    /// <summary>The node has judged it and doesn't keep it: the settler's account is empty, or the transaction is none for this chain.</summary>
    Rejected,

    /// <summary>Anything else: the node has a limit, or trouble. Whether it was taken is unknown; worth trying again.</summary>
    Other,
}

/// <summary>Reads a node's words.</summary>
internal static class BroadcastRefusals
{
    private static readonly (string Words, BroadcastRefusal Meaning)[] Table =
    [
        // Before those words that are a part of these.
        ("unknown transaction", BroadcastRefusal.Rejected),
        ("already known", BroadcastRefusal.AlreadyKnown),
        ("alreadyknown", BroadcastRefusal.AlreadyKnown),
        ("already imported", BroadcastRefusal.AlreadyKnown),
        ("known transaction", BroadcastRefusal.AlreadyKnown),
        ("nonce too low", BroadcastRefusal.NonceTooLow),
        ("nonce is too low", BroadcastRefusal.NonceTooLow),
        ("oldnonce", BroadcastRefusal.NonceTooLow),
        ("underpriced", BroadcastRefusal.Underpriced),
        ("feetoolow", BroadcastRefusal.Underpriced),
        ("fee too low", BroadcastRefusal.Underpriced),
        ("less than block base fee", BroadcastRefusal.Underpriced),
        ("gas price below", BroadcastRefusal.Underpriced),
        ("insufficient funds", BroadcastRefusal.Rejected),
        ("insufficientfunds", BroadcastRefusal.Rejected),
        ("intrinsic gas", BroadcastRefusal.Rejected),
        ("exceeds block gas limit", BroadcastRefusal.Rejected),
        ("exceeds the configured cap", BroadcastRefusal.Rejected),
        ("transaction type not supported", BroadcastRefusal.Rejected),
    ];

    /// <summary>What a message means, whatever the case of its letters.</summary>
    public static BroadcastRefusal Read(string message)
    {
        foreach (var (words, meaning) in Table)
        {
            if (message.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                return meaning;
            }
        }

        return BroadcastRefusal.Other;
    }
}

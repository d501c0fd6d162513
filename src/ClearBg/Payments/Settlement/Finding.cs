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

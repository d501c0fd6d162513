namespace ClearBg.Payments.Ethereum;

/// <summary>Why a node gave no value. For decisions and the log; none of its text belongs in an answer to a client.</summary>
internal abstract record NodeFailure
{
    /// <summary>What is said of an answer that has the wrong shape, type, number or length.</summary>
    public static readonly NodeFailure Malformed = new Unreachable("malformed answer");

    private NodeFailure()
    {
    }

    /// <summary>
    /// There is no usable answer: no connection, too late, an HTTP status, or something that is no answer to the question. Whether a request had an effect is unknown.
    /// </summary>
    /// <param name="Reason">A few words of ours.</param>
    public sealed record Unreachable(string Reason) : NodeFailure;

    /// <summary>The node answered with an error (JSON-RPC 2.0, 5.1).</summary>
    /// <param name="Code">3 for a revert at most nodes.</param>
    /// <param name="Message">In the node's own words, at most 300 characters.</param>
    /// <param name="Data">What a contract reverted with, where the node says it.</param>
    public sealed record Refusal(int Code, string Message, byte[]? Data) : NodeFailure;
}

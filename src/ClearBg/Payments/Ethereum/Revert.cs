using System.Text;

namespace ClearBg.Payments.Ethereum;

/// <summary>Why a contract refused a call.</summary>
internal static class Revert
{
    /// <summary>What Solidity's <c>require</c> reverts with: a function that doesn't exist, <c>Error(string)</c>.</summary>
    private static readonly byte[] ErrorSelector = [0x08, 0xC3, 0x79, 0xA0];

    private const int MostText = 300;

    /// <summary>Geth's words for a call that takes more gas than it gets, Reth's and anvil's.</summary>
    private static readonly string[] OutOfGas = ["out of gas", "outofgas", "gas required exceeds"];

    /// <summary>
    /// The contract's own words: "" when it reverted without any; the node's where the contract used up the gas it got. Null when the refusal is the node's and says nothing about the call: a
    /// limit, a method it lacks.
    /// </summary>
    public static string? Text(NodeFailure.Refusal refusal) =>
        refusal.Data is { } data && data.AsSpan().StartsWith(ErrorSelector) ? Decode(data.AsSpan(ErrorSelector.Length))
        : refusal.Message.Contains("revert", StringComparison.OrdinalIgnoreCase) || refusal.Data is { Length: > 0 }
            || Array.Exists(OutOfGas, words => refusal.Message.Contains(words, StringComparison.OrdinalIgnoreCase)) ? refusal.Message
        : null;

    /// <summary>One string in the contract ABI: a word that says where it is, its length, its bytes.</summary>
    private static string Decode(ReadOnlySpan<byte> data)
    {
        if (data.Length < 2 * UInt256.Length || UInt256.Read(data[..UInt256.Length]) != UInt256.Length)
        {
            return "";
        }

        var length = UInt256.Read(data.Slice(UInt256.Length, UInt256.Length));
        var text = data[(2 * UInt256.Length)..];
        return length <= text.Length && length <= MostText ? Encoding.UTF8.GetString(text[..(int)length]) : "";
    }
}

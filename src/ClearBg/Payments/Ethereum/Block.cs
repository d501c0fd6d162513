using System.Numerics;
using System.Text.Json;

namespace ClearBg.Payments.Ethereum;

/// <param name="Number">How many blocks came before.</param>
/// <param name="Time">Seconds since 1970.</param>
/// <param name="BaseFee">Wei per gas that a transaction in it paid at least (EIP-1559).</param>
internal sealed record Block(long Number, long Time, BigInteger BaseFee)
{
    public static NodeAnswer<Block> Read(JsonElement json) =>
        json.Count("number") is { } number && json.Count("timestamp") is { } time && json.Quantity("baseFeePerGas") is { } fee ? new Block(number, time, fee) : NodeFailure.Malformed;
}

using ClearBg.Payments.Settlement;

namespace ClearBg.Tests.Payments.Settlement;

public class BroadcastRefusalTests
{
    [Theory]
    [InlineData("already known", nameof(BroadcastRefusal.AlreadyKnown))]
    [InlineData("Known transaction", nameof(BroadcastRefusal.AlreadyKnown))]
    [InlineData("unknown transaction type", nameof(BroadcastRefusal.Rejected))]
    [InlineData("Insufficient funds for gas * price + value", nameof(BroadcastRefusal.Rejected))]
    [InlineData("intrinsic gas too low", nameof(BroadcastRefusal.Rejected))]
    [InlineData("nonce too low: next nonce 7, tx nonce 5", nameof(BroadcastRefusal.NonceTooLow))]
    [InlineData("replacement transaction underpriced", nameof(BroadcastRefusal.Underpriced))]
    [InlineData("limit exceeded", nameof(BroadcastRefusal.Other))]
    public void Reads_why_a_node_took_no_transaction(string words, string meaning) => Assert.Equal(meaning, BroadcastRefusals.Read(words).ToString());
}

using System.Text.Json;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Ethereum;

public class FeeMarketTransactionTests
{
    [Fact]
    public void Is_hashed_and_written_as_another_implementation_does()
    {
        Assert.Equal(20, Vectors.Transactions.Count());
        Assert.All(Vectors.Transactions, vector =>
        {
            var transaction = Read(vector.GetProperty("tx"));
            var signature = Signature.Parse([.. vector.Digits("r"), .. vector.Digits("s"), vector.GetProperty("yParity").GetByte()])!;
            var raw = transaction.Encode(signature);

            Assert.Equal(vector.String("signingHash"), transaction.Digest().ToString());
            Assert.Equal(vector.String("from"), signature.Recover(transaction.Digest()).ToString());
            Assert.Equal(vector.String("raw"), Hex.Format(raw));
            Assert.Equal(vector.String("hash"), Keccak256.Hash(raw).ToString());
        });
    }

    [Fact]
    public void Is_signed_by_the_key_and_named_by_the_hash_of_what_is_broadcast()
    {
        var vector = Vectors.Transactions.First();
        Assert.True(SettlerKey.TryParse(vector.String("key"), out var key));
        using (key)
        {
            var signed = Read(vector.GetProperty("tx")).Sign(key);

            Assert.Equal(Keccak256.Hash(signed.Raw), signed.Hash);

            // All but the signature is the same: a head of type and length, then the fields.
            Assert.Equal(vector.Digits("raw").AsSpan(4, 333).ToArray(), signed.Raw.AsSpan(4, 333).ToArray());
        }
    }

    private static FeeMarketTransaction Read(JsonElement tx) => new(
        tx.GetProperty("chainId").GetInt64(),
        tx.GetProperty("nonce").GetInt64(),
        tx.Number("maxPriorityFeePerGas"),
        tx.Number("maxFeePerGas"),
        (long)tx.Number("gas"),
        tx.Address("to"),
        tx.Number("value"),
        tx.Digits("data"));
}

using System.Text.Json;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments;

/// <summary>What another implementation (viem) makes of the same inputs: hashes, signed authorizations, signed transactions, headers of published clients.</summary>
internal static class Vectors
{
    public static JsonElement All { get; } = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Payments", "vectors.json"))).RootElement;

    public static IEnumerable<JsonElement> Authorizations => All.GetProperty("authorizations").EnumerateArray();

    public static IEnumerable<JsonElement> Transactions => All.GetProperty("transactions").EnumerateArray();

    public static Eip712Domain Domain(string network)
    {
        var domain = All.GetProperty("domains").GetProperty(network);
        return new(domain.String("name"), domain.String("version"), domain.GetProperty("chainId").GetInt64(), domain.Address("verifyingContract"));
    }

    /// <summary>The authorization of one of <see cref="Authorizations"/>.</summary>
    public static TransferAuthorization Authorization(JsonElement vector)
    {
        var message = vector.GetProperty("message");
        return new(
            message.Address("from"),
            message.Address("to"),
            message.Number("value"),
            message.Number("validAfter"),
            message.Number("validBefore"),
            Bytes32.TryParse(message.String("nonce"), out var nonce) ? nonce : throw new FormatException());
    }

    extension(JsonElement json)
    {
        public string String(string name) => json.GetProperty(name).GetString()!;

        public byte[] Digits(string name) => Convert.FromHexString(json.String(name)[2..]);

        public System.Numerics.BigInteger Number(string name) => System.Numerics.BigInteger.Parse(json.String(name), System.Globalization.CultureInfo.InvariantCulture);

        public Address Address(string name) => ClearBg.Payments.Ethereum.Address.TryParse(json.String(name), out var address) ? address : throw new FormatException();
    }
}

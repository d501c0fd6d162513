using System.Diagnostics.CodeAnalysis;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments;

/// <summary>A chain that payments are taken on, and the USDC contract there. x402 v1 calls it by a name of its own, v2 by CAIP-2.</summary>
/// <param name="Name">In x402 v1, and in our configuration.</param>
/// <param name="Caip2">In x402 v2: "eip155:" and the chain's number.</param>
/// <param name="ChainId">EIP-155's number.</param>
/// <param name="Usdc">The token, of six decimals.</param>
/// <param name="TokenName">As the contract says it, and therefore as its EIP-712 domain does: not the same on every chain.</param>
/// <param name="TokenVersion">Of the same domain.</param>
internal sealed record PaymentNetwork(string Name, string Caip2, long ChainId, Address Usdc, string TokenName, string TokenVersion)
{
    /// <summary>Base's main network: real money.</summary>
    public static readonly PaymentNetwork Base = new("base", "eip155:8453", 8453, At("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"), "USD Coin", "2");

    /// <summary>Base's test network.</summary>
    public static readonly PaymentNetwork BaseSepolia = new("base-sepolia", "eip155:84532", 84532, At("0x036CbD53842c5426634e7929541eC2318f3dCF7e"), "USDC", "2");

    /// <summary>Every network that is known.</summary>
    public static IReadOnlyList<PaymentNetwork> All { get; } = [Base, BaseSepolia];

    /// <summary>What signatures for the token hold under.</summary>
    public Eip712Domain Domain => new(TokenName, TokenVersion, ChainId, Usdc);

    /// <summary>The network that v1 and the configuration call so.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out PaymentNetwork? network)
    {
        network = All.FirstOrDefault(known => string.Equals(known.Name, name, StringComparison.Ordinal));
        return network is not null;
    }

    /// <summary>How a protocol version names it.</summary>
    public string NameIn(int version) => version == 1 ? Name : Caip2;

    private static Address At(string text) => Address.TryParse(text, out var address) ? address : throw new ArgumentException("This is no address.", nameof(text));
}

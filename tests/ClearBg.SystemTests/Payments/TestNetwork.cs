namespace ClearBg.SystemTests.Payments;

/// <summary>A network of x402 as its specification has it: said here once more, so that what the gateway says is compared with something.</summary>
/// <param name="Name">In version 1, and in the configuration.</param>
/// <param name="Caip2">In version 2.</param>
/// <param name="ChainId">EIP-155's number.</param>
/// <param name="Token">The address of USDC.</param>
internal sealed record TestNetwork(string Name, string Caip2, long ChainId, string Token)
{
    public static TestNetwork Base { get; } = new("base", "eip155:8453", 8453, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");

    public static TestNetwork BaseSepolia { get; } = new("base-sepolia", "eip155:84532", 84532, "0x036CbD53842c5426634e7929541eC2318f3dCF7e");

    /// <summary>The one of that name.</summary>
    public static TestNetwork Named(string name) => name == Base.Name ? Base : BaseSepolia;

    /// <summary>How a version of the protocol names it.</summary>
    public string In(int version) => version == 1 ? Name : Caip2;
}

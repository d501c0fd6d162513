using System.Text.Json;

namespace ClearBg.SystemTests.Payments;

/// <summary>A payment as it is sent.</summary>
/// <param name="Name">The header.</param>
/// <param name="Header">Its value: base64 of JSON.</param>
/// <param name="Version">Of x402.</param>
/// <param name="Payer">Whose money it is.</param>
/// <param name="Whole">All that our scripts need to cancel it or to hand it in themselves.</param>
internal sealed record SignedPayment(string Name, string Header, int Version, string Payer, JsonElement Whole)
{
    /// <summary>32 bytes in hexadecimal.</summary>
    public string Nonce => Whole.GetProperty("authorization").GetProperty("nonce").GetString()!;

    /// <summary>How a test's payer signs what a test says.</summary>
    public static async Task<SignedPayment> SignAsync(TestNetwork network, Payer payer, PayerTerms terms)
    {
        var arguments = JsonSerializer.SerializeToNode(terms, ToolJson.Options)!.AsObject();
        (arguments["network"], arguments["key"]) = (network.Name, payer.Key);
        var signed = await NodeWallets.CallAsync("sign", arguments);
        return new SignedPayment(Text("name"), Text("header"), terms.Version, Text("payer"), signed);

        string Text(string name) => signed.GetProperty(name).GetString()!;
    }
}

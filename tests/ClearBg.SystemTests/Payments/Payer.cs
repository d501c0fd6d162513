namespace ClearBg.SystemTests.Payments;

/// <summary>A key that signs payments, and its address.</summary>
internal sealed record Payer(string Key, string Address)
{
    /// <summary>A new one, which has nothing yet.</summary>
    public static async Task<Payer> CreateAsync()
    {
        var account = await NodeWallets.CallAsync("account", new { });
        return new Payer(account.GetProperty("key").GetString()!, account.GetProperty("address").GetString()!);
    }
}

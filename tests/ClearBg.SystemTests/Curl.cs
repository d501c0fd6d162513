namespace ClearBg.SystemTests;

/// <summary>curl, as users call it.</summary>
internal static class Curl
{
    /// <summary>Runs curl past any proxy, and gives the line that <c>--write-out</c> says.</summary>
    public static async Task<string> RunAsync(string writeOut, params string[] arguments)
    {
        var curl = await Shell.RunAsync(["curl", "--silent", "--noproxy", "*", "-w", writeOut, .. arguments]);
        Assert.True(curl.Code == 0, $"curl ended with {curl.Code}: {curl.Errors}");
        return curl.Output;
    }
}

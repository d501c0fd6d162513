using System.Text.Json;

namespace ClearBg.SystemTests.Clients;

/// <summary>Clients of remove.bg as npm publishes them, called in a process of their own.</summary>
internal static class NodeClients
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Clients");

    private static readonly Lazy<Task> Installed = new(() => NpmFolder.InstallAsync(Folder));

    /// <summary>Calls a function of a client that is told the gateway's address for remove.bg's.</summary>
    /// <param name="gateway">Whom it is to call.</param>
    /// <param name="folder">Its working directory.</param>
    /// <param name="client">The package's name.</param>
    /// <param name="function">One that returns a promise.</param>
    /// <param name="arguments">What JSON can say.</param>
    public static async Task<NodeCall> CallAsync(Gateway gateway, string folder, string client, string function, params object[] arguments)
    {
        await Installed.Value;

        // In a file, for pictures are longer than command lines may be.
        var file = Path.Combine(folder, "arguments.json");
        await File.WriteAllBytesAsync(file, JsonSerializer.SerializeToUtf8Bytes(arguments));
        var ended = await Shell.RunAsync(
            ["node", "--no-deprecation", "--require", Path.Combine(Folder, "redirect.cjs"), Path.Combine(Folder, "call.cjs"), client, function, file],
            folder,
            ("CLEARBG_URL", gateway.Url),
            ("NO_PROXY", "*"),
            ("no_proxy", "*"));
        Assert.True(ended.Code == 0, ended.Errors);
        using var printed = JsonDocument.Parse(ended.Output);
        return new NodeCall(Part("resolved"), Part("rejected"), ended.Errors);

        JsonElement? Part(string name) => printed.RootElement.TryGetProperty(name, out var part) ? part.Clone() : null;
    }
}

/// <summary>How a call ended.</summary>
/// <param name="Resolved">What its promise gave; null when it was rejected, or gave nothing.</param>
/// <param name="Rejected">What its promise was rejected with; null when it was not.</param>
/// <param name="Errors">What the client printed to standard error.</param>
internal sealed record NodeCall(JsonElement? Resolved, JsonElement? Rejected, string Errors);

using System.Diagnostics;

namespace ClearBg.SystemTests;

/// <summary>What a process printed and how it ended.</summary>
internal sealed record Ended(int Code, string Output, string Errors);

/// <summary>Programs of the machine, run to their end.</summary>
internal static class Shell
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static readonly Lazy<bool> Sandbox = new(() => RunAsync(["bwrap", "--ro-bind", "/", "/", "--unshare-user", "true"]).GetAwaiter().GetResult().Code == 0);

    /// <summary>True when bubblewrap may make namespaces here.</summary>
    public static bool CanSandbox => Sandbox.Value;

    /// <summary>True when the program is on PATH.</summary>
    public static bool Has(string program) => PathOf(program) is not null;

    /// <summary>Full path of a program on PATH, or null.</summary>
    public static string? PathOf(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program and waits for its end; one that takes longer than a minute is ended, and the test fails.</summary>
    public static Task<Ended> RunAsync(string[] command, string? folder = null, params (string Name, string Value)[] environment) =>
        RunAsync(command, Longest, folder, environment);

    /// <summary>As above, with another limit than a minute.</summary>
    public static async Task<Ended> RunAsync(string[] command, TimeSpan longest, string? folder = null, params (string Name, string Value)[] environment)
    {
        using var process = Process.Start(Prepare(command, folder, environment))!;
        using var limit = new CancellationTokenSource(longest);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return new Ended(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', command)} did not end within {longest.TotalSeconds} s.", late);
        }
    }

    /// <summary>How to start a command with its output redirected.</summary>
    public static ProcessStartInfo Prepare(string[] command, string? folder, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? Environment.CurrentDirectory,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}

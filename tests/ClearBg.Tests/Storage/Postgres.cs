using System.Diagnostics;
using System.Globalization;

namespace ClearBg.Tests.Storage;

/// <summary>
/// A PostgreSQL server of our own, on a Unix socket in a temporary folder. It trusts everyone who can reach the socket and keeps nothing safe from a power cut.
/// It compiles no queries: without statistics it takes small tables for large ones, and the compiler takes longer than any query here. It ends, and its folder goes, when this is disposed or when the process that started it ends in any way.
/// </summary>
internal sealed class Postgres : IDisposable
{
    /// <summary>The Debian package that tests need.</summary>
    public const string Package = "postgresql-15";

    // The end of standard input is the order to stop: it comes also from a process that was killed. Signals to the whole group, as from Ctrl+C, must not end
    // the shell before it has cleaned up. Not $TMPDIR: the path of a socket has at most 107 bytes, and another user has to be able to write there.
    private const string Script = """
        trap '' INT TERM HUP
        folder=$(TMPDIR= mktemp -d -t clearbg-postgres-XXXXXX) || exit
        trap 'rm -rf "$folder"' EXIT
        {
            "$1/initdb" -D "$folder/data" -U clearbg -A trust -E UTF8 --locale=C --no-sync &&
            "$1/pg_ctl" start -w -D "$folder/data" -l "$folder/log" -o "-k $folder -c listen_addresses= -c fsync=$2 -c jit=off -c shared_buffers=32MB"
        } > "$folder/start" 2>&1 < /dev/null || { cat "$folder/start" "$folder/log" >&2; exit 1; }
        echo "$folder"
        cat > /dev/null
        "$1/pg_ctl" stop -m immediate -D "$folder/data" > /dev/null 2>&1
        """;

    private static readonly string? Programs = FindPrograms();

    private static readonly Lazy<Postgres> ForThisProcess = new(() => new Postgres());

    private readonly Process _shell;

    /// <summary>Starts a server, which takes a few seconds.</summary>
    /// <param name="durable">True where commits have to reach the disk, as in operation: for measuring.</param>
    public Postgres(bool durable = false)
    {
        // The server refuses to run as root; Debian's package makes a user for it.
        string[] user = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        string[] command = [.. user, "sh", "-c", Script, "sh", Programs ?? throw new InvalidOperationException($"apt-get install {Package}"), durable ? "on" : "off"];
        _shell = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        })!;
        var folder = _shell.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"PostgreSQL did not start. {_shell.StandardError.ReadToEnd()}");
        ConnectionString = $"Host={folder};Database=postgres;Username=clearbg";
    }

    /// <summary>True where the server can be started.</summary>
    public static bool IsInstalled => Programs is not null;

    /// <summary>One server for all tests of this process, started when it is first asked for.</summary>
    public static Postgres Shared => ForThisProcess.Value;

    /// <summary>Npgsql's, of a user who may do everything. More keywords can follow it after a semicolon.</summary>
    public string ConnectionString { get; }

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }

    /// <summary>Debian keeps the server's programs off PATH, in a folder for each version. The newest counts.</summary>
    private static string? FindPrograms()
    {
        var versions = new DirectoryInfo("/usr/lib/postgresql");
        return !versions.Exists ? null : versions.EnumerateDirectories()
            .Where(version => File.Exists(Path.Combine(version.FullName, "bin", "initdb")) && File.Exists(Path.Combine(version.FullName, "bin", "postgres")))
            .OrderByDescending(version => int.TryParse(version.Name, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Select(version => Path.Combine(version.FullName, "bin"))
            .FirstOrDefault();
    }
}

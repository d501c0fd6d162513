using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ClearBg.SystemTests.Injected;

/// <summary>
/// The steps of a request, inside the program: each statement to the database, and each part of its answer. Before the chosen one the process dies, or word of
/// the chosen commit is lost.
/// </summary>
internal static class Steps
{
    /// <summary>In a request: the number of the step that is not reached, from 1.</summary>
    public const string KilledBefore = "X-Killed-Before-Step";

    /// <summary>In a request: the number of the commit that is not reached, from 1. What a killed process leaves differs only from commit to commit.</summary>
    public const string KilledBeforeCommit = "X-Killed-Before-Commit";

    /// <summary>In a request: the number of the commit that succeeds and seems to have lost its connection, from 1.</summary>
    public const string LostCommit = "X-Lost-Commit";

    /// <summary>Printed to standard error, with the step's name.</summary>
    public const string Killed = "Killed before ";

    /// <summary>Printed by a request that had fewer steps.</summary>
    public const string Survived = "Survived all steps";

    /// <summary>Printed for a lost commit.</summary>
    public const string Lost = "Lost a commit";

    /// <summary>The name of the step that makes what was written last.</summary>
    public const string Commit = "COMMIT";

    private static readonly AsyncLocal<Countdown?> Current = new();

    /// <summary>Counts the steps of everything that the caller does from here on, if the request wants it.</summary>
    public static bool Begin(IHeaderDictionary headers)
    {
        if (!headers.ContainsKey(KilledBefore) && !headers.ContainsKey(KilledBeforeCommit) && !headers.ContainsKey(LostCommit))
        {
            return false;
        }

        Current.Value = new Countdown { Steps = Number(headers[KilledBefore]), KilledCommits = Number(headers[KilledBeforeCommit]), Commits = Number(headers[LostCommit]) };
        return true;
    }

    /// <summary>Called before the step is taken.</summary>
    public static void Pass(string step)
    {
        if (Current.Value is not { } countdown || (--countdown.Steps != 0 && (step != Commit || --countdown.KilledCommits != 0)))
        {
            return;
        }

        Console.Error.WriteLine(Killed + step);
        using var self = Process.GetCurrentProcess();
        self.Kill();

        // SIGKILL is quick, but the step must not be quicker.
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Called after a commit.</summary>
    /// <exception cref="DbException">Whoever sent it never hears of its success.</exception>
    public static void Committed()
    {
        if (Current.Value is { } countdown && --countdown.Commits == 0)
        {
            Console.Error.WriteLine(Lost);
            throw new LostConnectionException();
        }
    }

    /// <summary>0 where there is none, which is never counted down to.</summary>
    private static int Number(string? text) => int.Parse(text ?? "0", CultureInfo.InvariantCulture);

    private sealed class Countdown
    {
        public int Steps { get; set; }

        public int KilledCommits { get; set; }

        public int Commits { get; set; }
    }

    private sealed class LostConnectionException() : DbException("The connection was lost.")
    {
        public override bool IsTransient => true;
    }
}

using System.Diagnostics;
using System.Globalization;

namespace ClearBg.SystemTests.Injected;

/// <summary>The steps of a request, inside the program: each statement to the database, and each part of its answer. Before the chosen one the process dies.</summary>
internal static class Steps
{
    /// <summary>In a request: the number of the step that is not reached, from 1.</summary>
    public const string Header = "X-Killed-Before-Step";

    /// <summary>Printed to standard error, with the step's name.</summary>
    public const string Killed = "Killed before ";

    /// <summary>Printed by a request that had fewer steps.</summary>
    public const string Survived = "Survived all steps";

    private static readonly AsyncLocal<Countdown?> Current = new();

    /// <summary>Counts the steps of everything that the caller does from here on.</summary>
    public static void Begin(string last) => Current.Value = new Countdown { Left = int.Parse(last, CultureInfo.InvariantCulture) };

    /// <summary>Called before the step is taken.</summary>
    public static void Pass(string step)
    {
        if (Current.Value is not { } countdown || --countdown.Left != 0)
        {
            return;
        }

        Console.Error.WriteLine(Killed + step);
        using var self = Process.GetCurrentProcess();
        self.Kill();

        // SIGKILL is quick, but the step must not be quicker.
        Thread.Sleep(Timeout.Infinite);
    }

    private sealed class Countdown
    {
        public int Left { get; set; }
    }
}

using System.Text.RegularExpressions;

namespace ClearBg.SystemTests.Injected;

/// <summary>How far a request that counted its <see cref="Steps"/> came.</summary>
internal static partial class LastStep
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until the gateway says so: the step that the request didn't take, or null when it took them all.</summary>
    public static async Task<string?> OfAsync(Gateway gateway)
    {
        using var patience = new CancellationTokenSource(Longest);
        for (; ; await Task.Delay(BetweenLooks, patience.Token))
        {
            if (Said().Match(gateway.Printed) is { Success: true } match)
            {
                return match.Groups["step"] is { Success: true, Value: var step } ? step : null;
            }
        }
    }

    [GeneratedRegex($"^({Steps.Survived}|{Steps.Killed}(?<step>.*))$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Said();
}

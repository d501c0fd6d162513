using System.Globalization;
using ClearBg.SystemTests.Injected;
using ClearBg.Tests.Storage;
using Xunit.Abstractions;

namespace ClearBg.SystemTests.Money;

/// <summary>
/// The process that serves a charged request is killed (SIGKILL) before the request's first step, the next process before the second, and so on until one lives
/// through them all. Each finds the database as the last one left it. Its clock is 30 minutes later (holds live for 15 and the time that a picture may wait, 10 here), so that the lifetime of what was left is over.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Credits = 10;

    /// <summary>Holds and idempotency records outlive their process by 25.</summary>
    private const int MinutesUntilRestart = 30;

    private const int Sigkill = 128 + 9;

    /// <summary>Steps that come after the charge.</summary>
    private static readonly string[] Answering = ["the answer's first half", "the answer's second half", "the end, the answer being sent"];

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Killed_before_any_step_and_repeated_under_its_Idempotency_Key_a_request_is_answered_and_charged_once(Engine engine)
    {
        var killed = await KillAsync(engine, ("Idempotency-Key", "one picture"));

        Assert.All(killed, static kill => Assert.Equal(1, kill.Charges + kill.ChargesOfRepetition));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Killed_before_any_step_and_repeated_without_a_key_each_request_is_charged_once_at_most_and_only_with_its_answer_ready(Engine engine)
    {
        var killed = await KillAsync(engine);

        Assert.All(killed, static kill => Assert.Equal(1, kill.ChargesOfRepetition));
    }

    /// <summary>Kills one process before each step, and with the next process looks into the books, repeats the request, and looks again.</summary>
    private async Task<List<Kill>> KillAsync(Engine engine, params (string Name, string Value)[] headers)
    {
        List<Kill> killed = [];
        using var installation = await Installation.CreateAsync(engine);
        for (Customer? last = null; ;)
        {
            await using var gateway = await installation.StartSteppedAsync(MinutesUntilRestart * killed.Count);
            await using (var store = installation.Open())
            {
                if (last is not null)
                {
                    killed[^1] = await RepeatAsync(gateway, store, last, killed[^1], headers);
                }

                last = await Customer.CreateAsync(store, Credits);
            }

            // Nobody else has the database open: the last to close an SQLite file would mend what this process leaves before the next one sees it.
            var answer = await TryBuyAsync(gateway, last.Key, [.. headers, (Steps.KilledBefore, Text(killed.Count + 1))]);
            if (await LastStep.OfAsync(gateway) is not { } step)
            {
                answer!.AssertIsPicture(charged: "1");
                await using var store = installation.Open();
                await last.AssertPaidAsync(store, 1);
                break;
            }

            Assert.Equal(Sigkill, await gateway.EndAsync());
            killed.Add(new Kill(step));
        }

        output.WriteLine(string.Join('\n', killed));

        // What has cost something was ready to be sent, and the other way round.
        var commit = killed.FindLastIndex(static kill => kill.Before == "COMMIT");
        Assert.Equal(Answering, killed[(commit + 1)..].Select(static kill => kill.Before));
        Assert.Equal(killed.Select((_, i) => i > commit ? 1L : 0L), killed.Select(static kill => kill.Charges));
        Assert.Contains(killed, static kill => kill.Before == "INSERT holds");
        Assert.Contains(killed, static kill => kill.Before == "INSERT entries");
        return killed;
    }

    private static async Task<Kill> RepeatAsync(Gateway gateway, TestStore store, Customer customer, Kill kill, (string Name, string Value)[] headers)
    {
        var before = await customer.ChargesAsync(store);
        var answer = await gateway.BuyAsync(customer.Key, headers);
        var after = await customer.ChargesAsync(store);
        answer.AssertIsPicture(charged: Text(after - before));
        await customer.AssertPaidAsync(store, after);
        return kill with { Charges = before, ChargesOfRepetition = after - before };
    }

    /// <summary>Null when the gateway died first.</summary>
    private static async Task<Answer?> TryBuyAsync(Gateway gateway, string key, (string Name, string Value)[] headers)
    {
        try
        {
            return await gateway.BuyAsync(key, headers);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A process's end.</summary>
    /// <param name="Before">The step that was not taken.</param>
    /// <param name="Charges">Of the request.</param>
    /// <param name="ChargesOfRepetition">Of the same request, sent again to the next process.</param>
    private sealed record Kill(string Before, long Charges = 0, long ChargesOfRepetition = 0);
}

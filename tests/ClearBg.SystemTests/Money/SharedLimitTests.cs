using System.Diagnostics;
using System.Net;
using ClearBg.Credits;
using ClearBg.Tests.Storage;

namespace ClearBg.SystemTests.Money;

/// <summary>Limits that two gateways over one PostgreSQL database keep together, to the last picture.</summary>
public sealed class SharedLimitTests
{
    private const int AtOnce = 40;

    [Theory]
    [OnPostgres]
    public async Task Two_gateways_let_exactly_the_megapixels_of_a_minute_through(Engine engine)
    {
        const int Limit = 50;
        var large = Pictures.Large(1_400, 1_400);
        using var installation = await Installation.CreateAsync(engine);
        await using var store = installation.Open();
        var customer = await Customer.CreateAsync(store, credits: 1);
        await using var crowd = await installation.StartAsync(2, ("Api__MegapixelsPerMinute", $"{Limit}"));
        var watch = Stopwatch.StartNew();

        // One picture in five counts twice. There are enough of the others to fill what is left of the window.
        var answers = await DealAsync(150, i => crowd[i].PostAsync(
            "/v1.0/removebg", "image_file", IsLarge(i) ? large : Order.Picture, "preview", ("X-Api-Key", customer.Key)));

        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), "The window was over before the requests were.");
        AssertOnly(answers, HttpStatusCode.OK, HttpStatusCode.TooManyRequests);
        Assert.Equal(Limit, answers.Select(static (answer, i) => answer.Status == HttpStatusCode.OK ? IsLarge(i) ? 2 : 1 : 0).Sum());
        await customer.AssertPaidAsync(store, 0);

        static bool IsLarge(int i) => i % 5 == 0;
    }

    [Theory]
    [OnPostgres]
    public async Task Two_gateways_give_exactly_the_pictures_of_a_day_to_users_without_a_key(Engine engine)
    {
        const int Limit = 25;
        using var installation = await Installation.CreateAsync(engine);
        await using var store = installation.Open();
        var application = (await store.Applications.CreateAsync("app", Limit))!;
        await using var crowd = await installation.StartAsync(2);

        var answers = await DealAsync(150, i => crowd[i].PostAsync("/api/v1/clearbg", "image", Order.Picture, "", ("X-App-Key", application.Reveal())));

        AssertOnly(answers, HttpStatusCode.OK, HttpStatusCode.TooManyRequests);
        Assert.Equal(Limit, answers.Count(static answer => answer.Status == HttpStatusCode.OK));
    }

    /// <summary>Whatever accounts they belong to. Who is refused keeps the call.</summary>
    [Theory]
    [OnPostgres]
    public async Task Two_gateways_let_exactly_the_free_calls_of_an_address_through(Engine engine)
    {
        const int Limit = 25;
        const int Calls = 10;
        using var installation = await Installation.CreateAsync(engine);
        await using var store = installation.Open();
        var customers = new Customer[6];
        for (var i = 0; i < customers.Length; i++)
        {
            customers[i] = await Customer.CreateAsync(store, credits: 0, Calls, ApiProfile.RemoveBg);
        }

        await using var crowd = await installation.StartAsync(2, ("Api__FreeCallsPerAddress", $"{Limit}"));

        var answers = await DealAsync(Calls * customers.Length, i => crowd[i].PostAsync(
            "/v1.0/removebg", "image_file", Order.Picture, "preview", ("X-Api-Key", customers[i % customers.Length].Key)));

        AssertOnly(answers, HttpStatusCode.OK, HttpStatusCode.Forbidden);
        Assert.Equal(Limit, answers.Count(static answer => answer.Status == HttpStatusCode.OK));
        for (var i = 0; i < customers.Length; i++)
        {
            await customers[i].AssertPaidAsync(store, 0, answers.Where((answer, n) => n % customers.Length == i && answer.Status == HttpStatusCode.OK).Count());
        }
    }

    /// <summary>All requests' answers, in the order of their numbers.</summary>
    private static async Task<Answer[]> DealAsync(int requests, Func<int, Task<Answer>> send)
    {
        var answers = new Answer[requests];
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) => answers[i] = await send(i));
        return answers;
    }

    private static void AssertOnly(Answer[] answers, params HttpStatusCode[] expected) =>
        Assert.All(answers, answer => Assert.True(expected.Contains(answer.Status), answer.Text));
}

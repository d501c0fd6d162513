using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using ClearBg.Tests.Storage;
using Xunit.Abstractions;

namespace ClearBg.SystemTests.Money;

/// <summary>More requests than an account has credits for, all at once.</summary>
public sealed class CrowdTests(ITestOutputHelper output)
{
    private const int Requests = 2000;
    private const int Credits = 500;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    [Theory]
    [OnSqlite(1)]
    [OnPostgres(1)]
    [OnPostgres(2)]
    public async Task Of_2000_requests_at_once_on_500_credits_500_are_served_and_1500_refused(Engine engine, int gateways)
    {
        using var installation = await Installation.CreateAsync(engine);
        await using var store = installation.Open();
        var customer = await Customer.CreateAsync(store, Credits);
        await using var crowd = await installation.StartAsync(gateways);
        ConcurrentBag<HttpStatusCode> answers = [];
        var overloads = 0;
        var watch = Stopwatch.StartNew();

        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = Requests }, async (i, _) =>
        {
            Answer answer;
            while ((answer = await crowd[i].BuyAsync(customer.Key)).Status == HttpStatusCode.ServiceUnavailable)
            {
                Interlocked.Increment(ref overloads);
                Assert.True(watch.Elapsed < Longest, "Some were refused for minutes.");
                await Task.Delay(100, CancellationToken.None);
            }

            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.PaymentRequired, answer.Text);
            answers.Add(answer.Status);
        });

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Requests} requests at once to {gateways} of {engine}: {watch.Elapsed.TotalSeconds:0.0} s, {overloads} repeated after 503."));
        Assert.Equal(Credits, answers.Count(static answer => answer == HttpStatusCode.OK));
        Assert.Equal(Requests - Credits, answers.Count(static answer => answer == HttpStatusCode.PaymentRequired));
        await customer.AssertPaidAsync(store, Credits);
    }
}

using System.Globalization;
using System.Net;
using ClearBg.Credits;
using ClearBg.Imaging;
using ClearBg.Tests.Imaging;

namespace ClearBg.Tests.Api;

/// <summary>What a removal costs, and what costs nothing.</summary>
public sealed class ChargesTests : IAsyncLifetime, IDisposable
{
    private readonly BufferPool _pool = new(0);

    /// <summary>0.24 megapixels, which a preview has room for, and 0.5, which it hasn't.</summary>
    private static readonly byte[] Small = Pictures.Disc(600, 400);
    private static readonly byte[] Large = Pictures.Disc(1000, 500);

    private Gateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await Gateway.StartAsync("--Api:MegapixelsPerMinute=20", "--Api:FreeCallsPerAddress=2");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("ClearBg", "auto", false, "5", "0", "5", 600)]
    [InlineData("ClearBg", "auto", true, "5", "1", "4", 1000)]
    [InlineData("ClearBg", "preview", true, "5", "0", "5", 707)]
    [InlineData("ClearBg", "hd", false, "5", "1", "4", 600)]
    [InlineData("ClearBg", "auto", true, "0.999", "0", "0.999", 707)]
    [InlineData("ClearBg", null, true, "1", "1", "0", 1000)]
    [InlineData("RemoveBg", "auto", false, "5", "0.25", null, 600)]
    [InlineData("RemoveBg", "auto", true, "5", "1", null, 1000)]
    [InlineData("RemoveBg", "auto", true, "0.9", "0.25", null, 707)]
    [InlineData("RemoveBg", null, true, "5", "0.25", null, 707)]
    public async Task A_picture_costs_what_its_profile_says(string profile, string? size, bool isLarge, string credits, string charged, string? remaining, int width)
    {
        var (text, key) = await _gateway.CreateKeyAsync(credits, profile: Enum.Parse<ApiProfile>(profile));

        using var answer = await PostAsync(text, isLarge ? Large : Small, size);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((charged, remaining, width.ToString(CultureInfo.InvariantCulture)), (Header(answer, "X-Credits-Charged"), Header(answer, "X-Credits-Remaining"), Header(answer, "X-Width")));
        Assert.Equal(isLarge ? ("1000", "500") : ("600", "400"), (Header(answer, "X-Max-Width"), Header(answer, "X-Max-Height")));
        Assert.True(CreditAmount.TryParse(credits, out var before));
        Assert.True(CreditAmount.TryParse(charged, out var spent));
        Assert.Equal(before - spent, (await _gateway.Ledger.BalanceAsync(key.AccountId)).Total);
    }

    [Theory]
    [InlineData("ClearBg", "hd", "0.999")]
    [InlineData("RemoveBg", "preview", "0.249")]
    [InlineData("RemoveBg", "auto", "0")]
    public async Task What_the_balance_does_not_cover_is_refused_with_402(string profile, string size, string credits)
    {
        var (text, key) = await _gateway.CreateKeyAsync(credits, profile: Enum.Parse<ApiProfile>(profile));

        Assert.Equal((402, "insufficient_credits"), await Gateway.RefusalAsync(await PostAsync(text, Large, size)));
        Assert.Equal(credits, (await _gateway.Ledger.BalanceAsync(key.AccountId)).Total.ToString());
    }

    [Fact]
    public async Task Without_a_subject_or_without_a_picture_nothing_is_charged()
    {
        var (text, key) = await _gateway.CreateKeyAsync("1");
        using var black = Pictures.Paint(_pool, 600, 600, 3, static (_, _, _) => 0);
        var nothing = Pictures.Encode(Encoder.WritePng, black);

        Assert.Equal((400, "unknown_foreground"), await Gateway.RefusalAsync(await PostAsync(text, nothing, "hd")));
        Assert.Equal((400, "failed_to_read_image"), await Gateway.RefusalAsync(await PostAsync(text, Large[..(Large.Length / 2)], "hd")));
        using var good = await PostAsync(text, Large, "hd");
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Equal("0", (await _gateway.Ledger.BalanceAsync(key.AccountId)).Total.ToString());
    }

    [Fact]
    public async Task Free_calls_pay_for_previews_first_and_an_address_has_so_many_a_day()
    {
        var (text, key) = await _gateway.CreateKeyAsync("1", freeCalls: 3, profile: ApiProfile.RemoveBg);
        foreach (var left in (long[])[2, 1])
        {
            using var free = await PostAsync(text, Small, "preview");
            Assert.Equal((HttpStatusCode.OK, "0"), (free.StatusCode, Header(free, "X-Credits-Charged")));
            Assert.Equal(left, (await _gateway.Ledger.BalanceAsync(key.AccountId)).FreeCalls);
        }

        // The address has had its calls; credits pay, and where there are none, nothing does.
        using var paid = await PostAsync(text, Large, "preview");
        Assert.Equal("0.25", Header(paid, "X-Credits-Charged"));
        Assert.Equal((1, "0.75"), ((await _gateway.Ledger.BalanceAsync(key.AccountId)).FreeCalls, (await _gateway.Ledger.BalanceAsync(key.AccountId)).Total.ToString()));
        var (poor, poorKey) = await _gateway.CreateKeyAsync(freeCalls: 3, profile: ApiProfile.RemoveBg);
        Assert.Equal((403, "free_calls_exhausted"), await Gateway.RefusalAsync(await PostAsync(poor, Small, "preview")));
        Assert.Equal(3, (await _gateway.Ledger.BalanceAsync(poorKey.AccountId)).FreeCalls);
    }

    [Fact]
    public async Task A_failed_free_call_is_free_again()
    {
        var (text, key) = await _gateway.CreateKeyAsync(freeCalls: 5, profile: ApiProfile.RemoveBg);
        for (var time = 0; time < 3; time++)
        {
            Assert.Equal((400, "failed_to_read_image"), await Gateway.RefusalAsync(await PostAsync(text, Large[..(Large.Length / 2)], "preview")));
        }

        Assert.Equal(5, (await _gateway.Ledger.BalanceAsync(key.AccountId)).FreeCalls);
        using var answer = await PostAsync(text, Small, "preview");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task The_same_request_under_one_idempotency_key_is_paid_once_and_answered_alike()
    {
        var (text, key) = await _gateway.CreateKeyAsync("1");
        using var first = await PostAsync(text, Large, null, ("Idempotency-Key", "order 66"));
        using var second = await PostAsync(text, Large, " auto ", ("Idempotency-Key", "order 66"));

        Assert.Equal((HttpStatusCode.OK, "1"), (first.StatusCode, Header(first, "X-Credits-Charged")));
        Assert.Equal((HttpStatusCode.OK, "0"), (second.StatusCode, Header(second, "X-Credits-Charged")));
        Assert.Equal(await first.Content.ReadAsByteArrayAsync(), await second.Content.ReadAsByteArrayAsync());
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        Assert.Equal((422, "idempotency_mismatch"), await Gateway.RefusalAsync(await PostAsync(text, Small, null, ("Idempotency-Key", "order 66"))));
        Assert.Equal((422, "idempotency_mismatch"), await Gateway.RefusalAsync(await PostAsync(text, Large, "hd", ("Idempotency-Key", "order 66"))));
        Assert.Equal("0", (await _gateway.Ledger.BalanceAsync(key.AccountId)).Total.ToString());
    }

    [Fact]
    public async Task A_failed_request_leaves_its_idempotency_key_to_the_next()
    {
        var (text, _) = await _gateway.CreateKeyAsync("1");

        Assert.Equal((400, "failed_to_read_image"), await Gateway.RefusalAsync(await PostAsync(text, Large[..(Large.Length / 2)], "hd", ("Idempotency-Key", "a"))));
        using var answer = await PostAsync(text, Large, "hd", ("Idempotency-Key", "a"));
        Assert.Equal((HttpStatusCode.OK, "1"), (answer.StatusCode, Header(answer, "X-Credits-Charged")));
        Assert.Equal((400, "invalid_idempotency_key"), await Gateway.RefusalAsync(await PostAsync(text, Large, "hd", ("Idempotency-Key", new string('a', 256)))));
    }

    [Fact]
    public async Task Of_requests_at_once_as_many_are_served_as_the_balance_covers()
    {
        var (text, key) = await _gateway.CreateKeyAsync("5");

        var answers = await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => PostAsync(text, Small, "hd")));

        Assert.Equal(5, answers.Count(static answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(10, answers.Count(static answer => answer.StatusCode == HttpStatusCode.PaymentRequired));
        Assert.Equal("0", (await _gateway.Ledger.BalanceAsync(key.AccountId)).Total.ToString());
    }

    [Fact]
    public async Task Of_requests_of_size_auto_at_once_those_that_credits_no_longer_cover_become_previews()
    {
        var (text, key) = await _gateway.CreateKeyAsync("1");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            PostAsync(text, Large, "auto", ("Idempotency-Key", i.ToString(CultureInfo.InvariantCulture)))));

        Assert.All(answers, static answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(["1000", "707", "707", "707", "707", "707"], answers.Select(static answer => Header(answer, "X-Width")).Order(StringComparer.Ordinal));
        Assert.Equal("0", (await _gateway.Ledger.BalanceAsync(key.AccountId)).Total.ToString());
        for (var i = 0; i < answers.Length; i++)
        {
            using var again = await PostAsync(text, Large, "auto", ("Idempotency-Key", i.ToString(CultureInfo.InvariantCulture)));
            Assert.Equal(answers[i].Headers.ETag, again.Headers.ETag);
        }
    }

    [Theory]
    [InlineData("ClearBg", "auto", "5", 0, 1, false, 1000)]
    [InlineData("ClearBg", "auto", "0.5", 0, 0, false, 707)]
    [InlineData("RemoveBg", null, "5", 0, 0.25, false, 707)]
    [InlineData("RemoveBg", null, "5", 1, 0, true, 707)]
    public async Task A_dry_run_says_the_price_and_costs_nothing(string profile, string? size, string credits, int freeCalls, double price, bool isFree, int width)
    {
        var (text, key) = await _gateway.CreateKeyAsync(credits, freeCalls, Enum.Parse<ApiProfile>(profile));

        using var answer = await PostAsync(text, Large, size, "/v1.0/removebg?dry_run=true", ("Idempotency-Key", "same"));
        var expected = string.Create(CultureInfo.InvariantCulture, $"{{\"data\":{{\"credits\":{price},\"free_call\":{(isFree ? "true" : "false")},\"width\":{width},\"height\":{width / 2}}}}}");
        Assert.Equal((HttpStatusCode.OK, expected), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        var balance = await _gateway.Ledger.BalanceAsync(key.AccountId);
        Assert.Equal((credits, freeCalls), (balance.Total.ToString(), balance.FreeCalls));

        // The real one under the same name is charged, and the second that the minute counts.
        using var real = await PostAsync(text, Large, size, ("Idempotency-Key", "same"));
        Assert.Equal((price.ToString(CultureInfo.InvariantCulture), "18"), (Header(real, "X-Credits-Charged"), Header(real, "X-RateLimit-Remaining")));
    }

    [Fact]
    public async Task A_dry_run_is_refused_where_the_real_one_would_be()
    {
        var (text, _) = await _gateway.CreateKeyAsync("0.5");

        Assert.Equal((402, "insufficient_credits"), await Gateway.RefusalAsync(await PostAsync(text, Large, "hd", "/v1.0/removebg?dry_run=1")));
        Assert.Equal((400, "invalid_request"), await Gateway.RefusalAsync(await PostAsync(text, Large, "hd", "/v1.0/removebg?dry_run=perhaps")));
    }

    [Fact]
    public async Task A_dry_run_knows_that_an_address_has_had_its_free_calls()
    {
        var (text, _) = await _gateway.CreateKeyAsync(freeCalls: 3, profile: ApiProfile.RemoveBg);
        for (var call = 0; call < 2; call++)
        {
            using var free = await PostAsync(text, Small, "preview");
        }

        Assert.Equal((403, "free_calls_exhausted"), await Gateway.RefusalAsync(await PostAsync(text, Small, "preview", "/v1.0/removebg?dry_run=true")));
    }

    [Fact]
    public async Task Of_free_calls_at_once_an_address_gets_as_many_as_it_has()
    {
        var (text, key) = await _gateway.CreateKeyAsync("5", freeCalls: 10, profile: ApiProfile.RemoveBg);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(text, Small, "preview")));

        Assert.Equal(["0", "0", "0.25", "0.25", "0.25", "0.25", "0.25", "0.25"], answers.Select(static answer => Header(answer, "X-Credits-Charged")).Order(StringComparer.Ordinal));
        var balance = await _gateway.Ledger.BalanceAsync(key.AccountId);
        Assert.Equal(("3.5", 8), (balance.Total.ToString(), balance.FreeCalls));
    }

    [Fact]
    public async Task What_is_malformed_is_not_counted_in_the_minute()
    {
        using var wrong = await _gateway.PostAsync(Gateway.Form(Large), ("roi", "0 0 5000 10"));
        using var form = Gateway.Form(Large);
        form.Add(new ByteArrayContent("no picture"u8.ToArray()), "bg_image_file", "b.png");
        using var background = await _gateway.SendAsync(form);

        Assert.Equal("20", Header(wrong, "X-RateLimit-Remaining"));
        Assert.Equal((400, "roi_exceeds_bounds"), await Gateway.RefusalAsync(wrong));
        Assert.Equal("20", Header(background, "X-RateLimit-Remaining"));
        Assert.Equal((400, "invalid_file_type"), await Gateway.RefusalAsync(background));
    }

    [Fact]
    public async Task A_keys_megapixels_are_counted_in_headers_until_a_429()
    {
        var (text, _) = await _gateway.CreateKeyAsync("100");
        var (other, _) = await _gateway.CreateKeyAsync("1");
        var big = Pictures.Disc(4000, 2500);

        using var first = await PostAsync(text, big, "hd");
        Assert.Equal(("20", "10"), (Header(first, "X-RateLimit-Limit"), Header(first, "X-RateLimit-Remaining")));
        var reset = long.Parse(Header(first, "X-RateLimit-Reset")!, CultureInfo.InvariantCulture) - _gateway.Clock.Now.ToUnixTimeSeconds();
        Assert.Equal(60, reset);
        using var second = await PostAsync(text, Small, "hd");
        Assert.Equal("9", Header(second, "X-RateLimit-Remaining"));

        using var third = await PostAsync(text, big, "hd");
        Assert.Equal("9", Header(third, "X-RateLimit-Remaining"));
        Assert.InRange(int.Parse(Header(third, "Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal((429, "rate_limit_exceeded"), await Gateway.RefusalAsync(third));
        using var elsewhere = await PostAsync(other, Small, "hd");
        Assert.Equal("19", Header(elsewhere, "X-RateLimit-Remaining"));
    }

    [Fact]
    public async Task The_account_says_exactly_what_rubys_client_can_read()
    {
        var (text, key) = await _gateway.CreateKeyAsync("12.25", freeCalls: 7);
        await _gateway.Ledger.GrantAsync(key.AccountId, Fund.Subscription, new CreditAmount(1000), "test");
        using var answer = await _gateway.SendAsync(null, "/v1.0/account", "GET", ("X-Api-Key", text));

        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            """{"data":{"attributes":{"credits":{"total":13.25,"subscription":1,"payg":12.25,"enterprise":0},"api":{"free_calls":7,"sizes":"all"}}}}""",
            await answer.Content.ReadAsStringAsync());
        using var head = await _gateway.SendAsync(null, "/v1.0/account", "HEAD", ("X-Api-Key", text));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(string key, byte[] picture, string? size, params (string Name, string Value)[] headers) =>
        PostAsync(key, picture, size, "/v1.0/removebg", headers);

    private async Task<HttpResponseMessage> PostAsync(string key, byte[] picture, string? size, string path, params (string Name, string Value)[] headers)
    {
        using var form = Gateway.Form(picture);
        if (size is not null)
        {
            form.Add(new StringContent(size), "size");
        }

        _gateway.Client.DefaultRequestHeaders.Remove("X-Api-Key");
        return await _gateway.SendAsync(form, path, headers: [("X-Api-Key", key), .. headers]);
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}

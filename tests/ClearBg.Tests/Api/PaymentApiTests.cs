using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ClearBg.Imaging;
using ClearBg.Payments;
using ClearBg.Payments.Settlement;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Payments;

namespace ClearBg.Tests.Api;

/// <summary>The paid API: its order, its refusals, what is sold and how it is said.</summary>
public sealed class PaymentApiTests : IAsyncLifetime
{
    private PaidGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await PaidGateway.StartAsync("--Intake:MaxBytes=100000", "--Payments:UnpaidPerMinute=12");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData(1, "X-PAYMENT")]
    [InlineData(2, "PAYMENT-SIGNATURE")]
    [InlineData(1, "PAYMENT-SIGNATURE")]
    [InlineData(2, "X-PAYMENT")]
    public async Task Either_version_in_either_header_buys_a_picture(int version, string header)
    {
        var form = new PaymentForm { Version = version };
        using var content = new ByteArrayContent(PaidGateway.Disc) { Headers = { ContentType = new("image/png") } };
        var (_, receipt) = await PaidGateway.SoldAsync(await _gateway.SendAsync(content, form.Header(), header: header));

        Assert.Equal((version == 1 ? "base-sepolia" : "eip155:84532", form.From), ((string)receipt["network"]!, (string)receipt["payer"]!));
        Assert.Equal((1, PaymentState.Settled), (_gateway.Settlement.Settlements, await _gateway.StateAsync(form)));
    }

    [Theory]
    [InlineData("image_file")]
    [InlineData("image")]
    public async Task Forms_are_taken_as_well_and_are_the_same_request(string field)
    {
        var form = new PaymentForm();
        var (raw, _) = await PaidGateway.SoldAsync(await _gateway.PostAsync(form));
        using var content = Gateway.Form(PaidGateway.Disc, field);
        var (picture, _) = await PaidGateway.SoldAsync(await _gateway.SendAsync(content, form.Header()));

        Assert.Equal(raw, picture);
        Assert.Equal(1, _gateway.Settlement.Settlements);
    }

    [Fact]
    public async Task Webp_goes_in_and_out()
    {
        using var pool = new BufferPool(0);
        using var raster = Pictures.Paint(pool, 64, 64, 3, static (x, y, _) => x > 20 && y > 20 && x < 44 && y < 44 ? 240 : 0);
        var webp = Pictures.Encode(Encoder.WriteWebP, raster);

        await PaidGateway.SoldAsync(await _gateway.PostAsync(new PaymentForm(), webp, "image/webp", "?format=WebP"), "image/webp");
    }

    [Fact]
    public async Task Each_refusal_comes_before_those_after_it()
    {
        var nothing = new PaymentForm { Value = "1" };
        Assert.Equal((415, "unsupported_media_type"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(null, new byte[200_000], "image/gif")));
        Assert.Equal((415, "unsupported_media_type"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(nothing, type: "application/octet-stream")));
        Assert.Equal((413, "file_too_large"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(null, new byte[100_001])));
        Assert.Equal((402, "payment_required"), await PaidGateway.DemandAsync(await _gateway.PostAsync(null, [], query: "?format=gif")));
        Assert.Equal((400, "invalid_payload"), await PaidGateway.DemandAsync(await _gateway.SendAsync(Png("x"u8), "nonsense", "?format=gif")));
        Assert.Equal((402, "invalid_exact_evm_payload_authorization_value_mismatch"), await PaidGateway.DemandAsync(await _gateway.PostAsync(nothing, [1], query: "?format=gif")));
        Assert.Equal((400, "invalid_format"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm(), [1], query: "?format=gif")));
        Assert.Equal((400, "missing_source"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm(), [])));

        _gateway.Settlement.Verify = static _ => new PaymentFault(IsUnavailable: false, "insufficient_funds");
        Assert.Equal((400, "invalid_file_type"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm(), "no picture"u8.ToArray())));
        Assert.Equal((402, "insufficient_funds"), await PaidGateway.DemandAsync(await _gateway.PostAsync(new PaymentForm())));
        Assert.Equal(0, _gateway.Settlement.Settlements);
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    [InlineData("GET")]
    public async Task Other_methods_are_405_with_Allow(string method)
    {
        using var answer = await _gateway.Gateway.SendAsync(null, PaidGateway.Path, method);

        Assert.Contains("POST", answer.Content.Headers.Allow);
        Assert.Equal((405, "method_not_allowed"), await PaidGateway.RefusalAsync(answer));
    }

    [Fact]
    public async Task A_jpeg_that_is_called_a_png_is_refused_and_in_a_form_it_is_not()
    {
        using var pool = new BufferPool(0);
        using var raster = Pictures.Paint(pool, 64, 64, 3, static (x, y, _) => x > 20 && y > 20 && x < 44 && y < 44 ? 240 : 0);
        var jpeg = Pictures.Encode(Encoder.WriteJpeg, raster);

        Assert.Equal((400, "invalid_file_type"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm(), jpeg)));
        await PaidGateway.SoldAsync(await _gateway.PostAsync(new PaymentForm(), jpeg, "image/jpeg"));
        using var content = Gateway.Form(jpeg, "image", "picture.png", "image/png");
        await PaidGateway.SoldAsync(await _gateway.SendAsync(content, new PaymentForm().Header()));
    }

    /// <summary>A directory of paid APIs asks with nothing at all.</summary>
    [Fact]
    public async Task A_request_with_nothing_in_it_is_told_the_price() =>
        Assert.Equal((402, "payment_required"), await PaidGateway.DemandAsync(await _gateway.SendAsync(null, null)));

    [Fact]
    public async Task Two_payments_at_once_are_none()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, PaidGateway.Path) { Content = Png(PaidGateway.Disc) };
        request.Headers.Add("X-PAYMENT", new PaymentForm().Header());
        request.Headers.Add("PAYMENT-SIGNATURE", new PaymentForm().Header());

        Assert.Equal((400, "invalid_payload"), await PaidGateway.DemandAsync(await _gateway.Gateway.Client.SendAsync(request)));
    }

    /// <summary>Kestrel's own limit for all headers is 32 KB, and its own answer has neither a body nor an offer.</summary>
    [Fact]
    public async Task A_header_of_more_than_32_KB_is_answered_with_the_offer() =>
        Assert.Equal((400, "invalid_payload"), await PaidGateway.DemandAsync(await _gateway.SendAsync(Png(PaidGateway.Disc), new string('A', 33_000))));

    [Fact]
    public async Task An_unpaid_body_is_not_read()
    {
        var body = new Unread();
        using var request = new HttpRequestMessage(HttpMethod.Post, PaidGateway.Path) { Content = body, Headers = { ExpectContinue = true } };
        using var client = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = _gateway.Gateway.Address };
        using var answer = await client.SendAsync(request);

        Assert.Equal((HttpStatusCode.PaymentRequired, false), (answer.StatusCode, body.IsRead));
    }

    [Fact]
    public async Task The_head_of_a_402_fits_into_4_KB()
    {
        using var answer = await _gateway.PostAsync(null);

        Assert.InRange(answer.ToString().Length, 1000, 4096);
    }

    [Fact]
    public async Task So_many_unpaid_requests_a_minute_and_paid_ones_are_not_counted()
    {
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(402, (await PaidGateway.DemandAsync(await _gateway.PostAsync(null))).Status);
        }

        using var refused = await _gateway.PostAsync(null);
        Assert.InRange(int.Parse(refused.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal((429, "rate_limit_exceeded"), await PaidGateway.RefusalAsync(refused));
        for (var i = 0; i < 13; i++)
        {
            await PaidGateway.SoldAsync(await _gateway.PostAsync(new PaymentForm()));
        }
    }

    [Fact]
    public async Task Payments_that_come_to_nothing_are_counted_apart()
    {
        for (var i = 0; i < 12; i++)
        {
            var refused = i % 2 == 0
                ? await PaidGateway.DemandAsync(await _gateway.PostAsync(new PaymentForm { Value = "1" }))
                : await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm(), PaidGateway.Black));
            Assert.Contains(refused.Item1, (int[])[400, 402]);
        }

        Assert.Equal((429, "rate_limit_exceeded"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm())));
        Assert.Equal((402, "payment_required"), await PaidGateway.DemandAsync(await _gateway.PostAsync(null)));
    }

    /// <summary>A payer whose contract can't be afforded after the work, though it could be simulated before it, would have its pictures made for ever.</summary>
    [Fact]
    public async Task Work_that_came_to_nothing_is_counted_even_where_it_is_our_fault()
    {
        _gateway.Settlement.Settle = static _ => Task.FromResult<SettlementOutcome>(new SettlementOutcome.Failed(new PaymentFault(IsUnavailable: true, "unexpected_settle_error")));
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal((503, "payment_unavailable"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm())));
        }

        Assert.Equal((429, "rate_limit_exceeded"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm())));
    }

    /// <summary>Looked at first and counted at the end, all of them would be let in.</summary>
    [Fact]
    public async Task Payments_that_come_to_nothing_are_counted_before_they_do()
    {
        using var place = await _gateway.Gateway.Gate.EnterAsync(100_000_000, CancellationToken.None);
        var sending = Enumerable.Range(0, 15).Select(_ => _gateway.PostAsync(new PaymentForm(), PaidGateway.Black)).ToList();
        await Gateway.EventuallyAsync(() => sending.Count(static request => request.IsCompleted) == 3);
        place.Dispose();
        var answers = await Task.WhenAll(sending);

        Assert.Equal((3, 12), (answers.Count(static answer => (int)answer.StatusCode == 429), answers.Count(static answer => (int)answer.StatusCode == 400)));
    }

    [Fact]
    public async Task Where_no_payment_can_be_taken_none_is_asked_for_and_none_refused()
    {
        var paid = new PaymentForm();
        await PaidGateway.SoldAsync(await _gateway.PostAsync(paid));
        _gateway.Settlement.Check = static () => new PaymentFault(IsUnavailable: true, "the node can't be reached");

        using var answer = await _gateway.PostAsync(null);
        Assert.NotEmpty(answer.Headers.GetValues("Retry-After"));
        Assert.False(answer.Headers.Contains(PaymentOffer.Header));
        Assert.Equal((503, "payment_unavailable"), await PaidGateway.RefusalAsync(answer));
        Assert.Equal((503, "payment_unavailable"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm())));
        Assert.EndsWith("; payments off: the node can't be reached", await _gateway.Gateway.Client.GetStringAsync(new Uri("/health/ready", UriKind.Relative)), StringComparison.Ordinal);

        // What was sold is served all the same.
        await PaidGateway.SoldAsync(await _gateway.PostAsync(paid));

        _gateway.Settlement.Check = static () => null;
        _gateway.Settlement.Verify = static _ => new PaymentFault(IsUnavailable: true, "unexpected_verify_error");
        Assert.Equal((503, "payment_unavailable"), await PaidGateway.RefusalAsync(await _gateway.PostAsync(new PaymentForm())));
    }

    [Fact]
    public async Task Without_a_configuration_it_says_what_to_set_and_the_rest_works()
    {
        await using var gateway = await Gateway.StartAsync();
        using var content = Png(PaidGateway.Disc);
        using var answer = await gateway.SendAsync(content, PaidGateway.Path, headers: [("X-PAYMENT", new PaymentForm().Header())]);

        Assert.Contains("Payments:PayTo", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((503, "payment_unavailable"), await PaidGateway.RefusalAsync(answer));
        using var sold = await gateway.PostAsync(Gateway.Form(PaidGateway.Disc));
        Assert.Equal(HttpStatusCode.OK, sold.StatusCode);
    }

    [Fact]
    public async Task A_browser_gets_a_page_in_which_nothing_runs()
    {
        using var get = new HttpRequestMessage(HttpMethod.Get, PaidGateway.Path) { Headers = { { "Accept", "text/html,application/xhtml+xml,*/*;q=0.8" } } };
        using var opened = await _gateway.Gateway.Client.SendAsync(get);
        using var posted = await _gateway.SendAsync(Png(PaidGateway.Disc), null, accept: "text/html");
        foreach (var answer in (HttpResponseMessage[])[opened, posted])
        {
            var page = await answer.Content.ReadAsStringAsync();
            Assert.Equal((402, "text/html; charset=utf-8"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
            Assert.StartsWith("default-src 'none'; style-src 'sha256-", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.All(["0.05 USDC", "base-sepolia", PaymentForm.PayTo, "https://api.example.com/v1/remove-background"], text => Assert.Contains(text, page, StringComparison.Ordinal));
            Assert.NotNull(PaidGateway.Decode(answer, PaymentOffer.Header));
            var script = page[(page.IndexOf("id=\"x402\">", StringComparison.Ordinal) + 10)..page.IndexOf("</script>", StringComparison.Ordinal)];
            Assert.Equal(1, (int)JsonNode.Parse(script)!["x402Version"]!);
        }
    }

    [Fact]
    public void A_page_encodes_what_the_operator_wrote()
    {
        var page = System.Text.Encoding.UTF8.GetString(ClearBg.Api.PaymentPage.Create(
            PaymentForm.Terms() with { Resource = "https://example.com/</script><script>\"'&" }, PaymentOffer.Body(PaymentForm.Terms() with { Resource = "https://example.com/</script><b>" }, "a", "b")));

        Assert.Equal(1, page.Split("<script").Length - 1);
        Assert.Equal(1, page.Split("</script>").Length - 1);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_elsewhere_may_send_payments_and_read_receipts()
    {
        using var preflight = await _gateway.Gateway.SendAsync(
            null, PaidGateway.Path, "OPTIONS", ("Origin", "https://shop.example"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "access-control-expose-headers,content-type,x-payment"));
        var allowed = string.Join(',', preflight.Headers.GetValues("Access-Control-Allow-Headers")).Split(',', StringSplitOptions.TrimEntries);
        Assert.All(["access-control-expose-headers", "content-type", "x-payment", "payment-signature"], header => Assert.Contains(header, allowed, StringComparer.OrdinalIgnoreCase));

        using var answer = await _gateway.PostAsync(null);
        var exposed = string.Join(',', answer.Headers.GetValues("Access-Control-Expose-Headers")).Split(',', StringSplitOptions.TrimEntries);
        Assert.All(["PAYMENT-REQUIRED", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE", "Retry-After"], header => Assert.Contains(header, exposed, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Nothing_is_at_other_paths_of_it() =>
        Assert.Equal((404, "not_found"), await PaidGateway.RefusalAsync(await _gateway.Gateway.SendAsync(null, "/v1/nowhere")));

    private static ByteArrayContent Png(ReadOnlySpan<byte> picture) => new(picture.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };

    /// <summary>A body that notices when it is sent.</summary>
    private sealed class Unread : HttpContent
    {
        public Unread() => Headers.ContentType = new MediaTypeHeaderValue("image/png");

        public bool IsRead { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            IsRead = true;
            return Task.CompletedTask;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 50_000;
            return true;
        }
    }
}

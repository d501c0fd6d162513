using System.Diagnostics.Metrics;
using System.Net;
using System.Text.RegularExpressions;
using ClearBg.Operations.Metrics;
using ClearBg.Tests.Api;

namespace ClearBg.Tests.Operations;

public class MetricsTests
{
    [Fact]
    public void Says_every_kind_of_instrument_as_prometheus_reads_it()
    {
        // A name of its own: what is listened to is the whole process.
        var prefix = $"clearbg.test{Guid.NewGuid():N}";
        using var text = new MetricsText();
        using var meter = new Meter("ClearBg.Test");
        var pending = new List<Measurement<int>> { new(3, new KeyValuePair<string, object?>("state", "sent")) };
        var paid = meter.CreateCounter<long>($"{prefix}.paid", description: "Back\\slash\nand line.");
        var inside = meter.CreateUpDownCounter<long>($"{prefix}.inside");
        meter.CreateObservableGauge($"{prefix}.pending.count", () => pending);
        meter.CreateObservableCounter($"{prefix}.bytes", static () => 12L, "By");
        var took = meter.CreateHistogram($"{prefix}.took", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 2] });

        paid.Add(2, new("reason", "a \"b\"\\c\n"), new("by", 7));
        paid.Add(1, new("by", 7), new("reason", "a \"b\"\\c\n"));
        inside.Add(5);
        inside.Add(-2);
        using var second = new Meter("ClearBg.Test");
        second.CreateUpDownCounter<long>($"{prefix}.inside").Add(1);
        foreach (var seconds in (double[])[0.25, 0.5, 2.5])
        {
            took.Record(seconds);
        }

        var name = prefix.Replace('.', '_');
        Assert.Equal(
            [
                $"# HELP {name}_bytes_total {prefix}.bytes", $"# TYPE {name}_bytes_total counter", $"{name}_bytes_total 12",
                $"# HELP {name}_inside {prefix}.inside", $"# TYPE {name}_inside gauge", $"{name}_inside 4",
                $"# HELP {name}_paid_total Back\\\\slash\\nand line.", $"# TYPE {name}_paid_total counter", $$"""{{name}}_paid_total{by="7",reason="a \"b\"\\c\n"} 3""",
                $"# HELP {name}_pending {prefix}.pending.count", $"# TYPE {name}_pending gauge", $$"""{{name}}_pending{state="sent"} 3""",
                $"# HELP {name}_took_seconds {prefix}.took", $"# TYPE {name}_took_seconds histogram", $$"""{{name}}_took_seconds_bucket{le="0.5"} 2""",
                $$"""{{name}}_took_seconds_bucket{le="2"} 2""", $$"""{{name}}_took_seconds_bucket{le="+Inf"} 3""", $"{name}_took_seconds_sum 3.25", $"{name}_took_seconds_count 3",
            ],
            Own());

        // What is told anew each time is forgotten when it isn't told any more.
        pending.Clear();
        Assert.DoesNotContain(Own(), line => line.Contains("pending", StringComparison.Ordinal));

        string[] Own() => [.. text.Write().Split('\n').Where(line => line.Contains(name, StringComparison.Ordinal))];
    }

    [Fact]
    public async Task Are_served_on_an_address_of_their_own_and_nowhere_else()
    {
        await using var gateway = await Gateway.StartAsync("--Metrics:Url=http://127.0.0.1:0");
        using var account = await gateway.SendAsync(null, "/v1.0/account", "GET");

        // What a request took is counted after its answer is sent.
        await Gateway.EventuallyAsync(() => Regex.IsMatch(
            gateway.Client.GetStringAsync(new Uri(new Uri(gateway.Metrics.Address!), "/metrics")).GetAwaiter().GetResult(),
            """(?m)^http_server_request_duration_seconds_count\{.*http_response_status_code="200",http_route="/v1.0/account",.*\} [1-9]""",
            RegexOptions.None,
            TimeSpan.FromSeconds(10)));
        using var answer = await gateway.Client.GetAsync(new Uri(new Uri(gateway.Metrics.Address!), "/metrics"));
        using var elsewhere = await gateway.SendAsync(null, "/metrics", "GET");

        Assert.Equal((HttpStatusCode.OK, "text/plain"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Are_nowhere_unless_asked_for()
    {
        await using var gateway = await Gateway.StartAsync();

        Assert.Null(gateway.Metrics.Address);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("http://localhost:9464", true)]
    [InlineData("http://*:9464", true)]
    [InlineData("https://localhost:9464", false)]
    [InlineData("http://localhost:9464/metrics", false)]
    [InlineData("9464", false)]
    public void An_address_is_checked_at_start(string url, bool isValid) =>
        Assert.Equal(isValid, new MetricsOptionsValidator().Validate(null, new MetricsOptions { Url = url }).Succeeded);
}

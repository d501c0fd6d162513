using System.Data.Common;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ClearBg.Payments;
using ClearBg.Payments.Settlement;
using ClearBg.Storage;
using ClearBg.Tests.Imaging;
using ClearBg.Tests.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace ClearBg.Tests.Api;

/// <summary>The whole program with payments offered and a scripted settlement, and what clients of it do.</summary>
internal sealed class PaidGateway(Gateway gateway, ScriptedSettlement settlement, ShiftedClock clock) : IAsyncDisposable
{
    public const string Path = "/v1/remove-background";

    public static readonly byte[] Disc = Pictures.Disc(120, 80);

    /// <summary>Costs as much work as any, and comes to nothing.</summary>
    public static readonly byte[] Black = Pictures.Disc(64, 64, level: 0);

    public Gateway Gateway => gateway;

    public ScriptedSettlement Settlement => settlement;

    public ShiftedClock Clock => clock;

    public PaymentRecords Records => gateway.Services.GetRequiredService<PaymentRecords>();

    public static Task<PaidGateway> StartAsync(params string[] settings) => StartAsync(static _ => { }, settings);

    public static async Task<PaidGateway> StartAsync(Action<IServiceCollection> replace, params string[] settings)
    {
        var (settlement, clock) = (new ScriptedSettlement(), new ShiftedClock());
        var gateway = await Gateway.StartAsync(
            services => replace(services.AddSingleton<ISettlement>(settlement).AddSingleton<TimeProvider>(clock)),
            [
                $"--Payments:PayTo={PaymentForm.PayTo}", "--Payments:PublicUrl=https://api.example.com/", "--Payments:RpcUrl=http://127.0.0.1:9",
                $"--Payments:SettlerKey={new string('5', 64)}", .. settings,
            ]);
        gateway.Client.DefaultRequestHeaders.Remove("X-Api-Key");
        return new PaidGateway(gateway, settlement, clock);
    }

    /// <summary>Sends a picture, with a payment where one is given.</summary>
    public async Task<HttpResponseMessage> PostAsync(
        PaymentForm? payment, byte[]? picture = null, string type = "image/png", string query = "", CancellationToken cancellation = default)
    {
        var content = new ByteArrayContent(picture ?? Disc) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        return await SendAsync(content, payment?.Header(), query, cancellation: cancellation);
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpContent? content, string? payment, string query = "", string header = "X-PAYMENT", string? accept = null, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path + query) { Content = content };
        if (payment is not null)
        {
            request.Headers.TryAddWithoutValidation(header, payment);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await gateway.Client.SendAsync(request, cancellation);
    }

    /// <summary>Does something to the books behind the program's back.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = gateway.Services.GetRequiredService<DbDataSource>().Command(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Status and error of a refusal that asks for no payment, whose body must have its exact shape.</summary>
    public static async Task<(int Status, string Error)> RefusalAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
            Assert.Equal(["error", "message", "retryable"], body.Select(static member => member.Key).Except(["transaction"], StringComparer.Ordinal), StringComparer.Ordinal);
            Assert.NotEmpty((string)body["message"]!);
            Assert.Equal((int)response.StatusCode is 429 or >= 500, (bool)body["retryable"]!);
            return ((int)response.StatusCode, (string)body["error"]!);
        }
    }

    /// <summary>Status and reason of an answer with an offer, in both forms alike.</summary>
    public static async Task<(int Status, string Reason)> DemandAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            var header = Decode(response, PaymentOffer.Header)!;
            Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
            Assert.Equal((1, 2), ((int)body["x402Version"]!, (int)header["x402Version"]!));
            Assert.Equal(("https://api.example.com/v1/remove-background", "https://api.example.com/v1/remove-background"), ((string)body["accepts"]![0]!["resource"]!, (string)header["resource"]!["url"]!));
            Assert.Equal((string)header["error"]!, (string)body["error"]!);
            return ((int)response.StatusCode, (string)body["error"]!);
        }
    }

    /// <summary>The picture, which must be a PNG unless said otherwise, and the receipt, the same in both headers.</summary>
    public static async Task<(byte[] Picture, JsonNode Receipt)> SoldAsync(HttpResponseMessage response, string type = "image/png")
    {
        using (response)
        {
            var bytes = await response.Content.ReadAsByteArrayAsync();
            Assert.True((int)response.StatusCode == 200, Encoding.UTF8.GetString(bytes));
            Assert.Equal(type, response.Content.Headers.ContentType?.ToString());
            Assert.Equal(type == "image/png" ? [0x89, .. "PNG"u8] : "RIFF"u8.ToArray(), bytes[..4]);
            var receipt = Decode(response, "PAYMENT-RESPONSE")!;
            Assert.True(JsonNode.DeepEquals(receipt, Decode(response, "X-PAYMENT-RESPONSE")));
            Assert.Equal((true, ScriptedSettlement.Hash), ((bool)receipt["success"]!, (string)receipt["transaction"]!));
            return (bytes, receipt);
        }
    }

    /// <summary>A header of base64 of JSON; null where it isn't there.</summary>
    public static JsonNode? Decode(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values) ? JsonNode.Parse(Convert.FromBase64String(values.Single())) : null;

    public async Task<PaymentState?> StateAsync(PaymentForm form) => (await Records.FindAsync(form.Payment().Id, CancellationToken.None))?.State;

    public ValueTask DisposeAsync() => gateway.DisposeAsync();
}

/// <summary>The system's time, later by what a test says.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}

using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <param name="IsDone">isValid of <c>/verify</c>, success of <c>/settle</c>.</param>
/// <param name="Reason">invalidReason or errorReason, in the facilitator's own words; null for none.</param>
/// <param name="Transaction">The hash, of <c>/settle</c>; null for none.</param>
internal sealed record FacilitatorAnswer(bool IsDone, string? Reason, Bytes32? Transaction)
{
    /// <summary>In place of one that didn't come: it says nothing.</summary>
    public static readonly FacilitatorAnswer None = new(IsDone: false, null, null);
}

/// <summary>A facilitator's three requests. Servers of both versions answer refusals with 200 or with a status of 400 and more; the JSON counts where it is one.</summary>
/// <param name="exchange">Bounds what the facilitator can do.</param>
/// <param name="address">Its base URL. It may hold a key: it is never logged.</param>
/// <param name="settleTime">Time for <c>/settle</c>, which is answered when the payment is in a block.</param>
/// <param name="logger">Says what failed and why.</param>
internal sealed partial class Facilitator(JsonExchange exchange, Uri address, TimeSpan settleTime, ILogger<Facilitator> logger)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>Whether it settles our scheme on a network, in either version.</summary>
    public async Task<NodeAnswer<bool>> IsSupportedAsync(PaymentNetwork network, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Resource("supported"));
        return Log("supported", await exchange.SendAsync<bool>(request, (_, json) => json.Member("kinds") is { ValueKind: JsonValueKind.Array } kinds
            ? kinds.EnumerateArray().Any(kind => kind.Text("scheme") is PaymentTerms.Scheme && kind.Text("network") is { } name && Array.Exists([network.Name, network.Caip2], name.Equals))
            : NodeFailure.Malformed, cancellation));
    }

    /// <summary>Whether a payment would go through now.</summary>
    public Task<NodeAnswer<FacilitatorAnswer>> VerifyAsync(JsonObject body, CancellationToken cancellation) =>
        PostAsync("verify", body, static json => json.Flag("isValid") is { } isValid ? new FacilitatorAnswer(isValid, json.Text("invalidReason"), null) : null, null, cancellation);

    /// <summary>Hands a payment in.</summary>
    public Task<NodeAnswer<FacilitatorAnswer>> SettleAsync(JsonObject body, CancellationToken cancellation) => PostAsync(
        "settle", body, static json => json.Flag("success") is { } success ? new FacilitatorAnswer(success, json.Text("errorReason"), json.Bytes32("transaction")) : null, settleTime, cancellation);

    private async Task<NodeAnswer<FacilitatorAnswer>> PostAsync(
        string name, JsonObject body, Func<JsonElement, FacilitatorAnswer?> read, TimeSpan? time, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Resource(name)) { Content = new StringContent(body.ToJsonString(), Json) };
        return Log(name, await exchange.SendAsync<FacilitatorAnswer>(
            request,
            (status, json) => (int)status < 500 && read(json) is { } answer ? answer
                : new NodeFailure.Unreachable(FormattableString.Invariant($"HTTP status {(int)status}, without a verdict")),
            cancellation,
            time));
    }

    private Uri Resource(string name) => new(address.AbsoluteUri.TrimEnd('/') + "/" + name);

    private NodeAnswer<T> Log<T>(string name, NodeAnswer<T> answer)
    {
        if (answer.Failure is NodeFailure.Unreachable { Reason: var reason })
        {
            LogUnreachable(name, reason);
        }

        return answer;
    }

    [LoggerMessage(EventId = 44, Level = LogLevel.Warning, Message = "The facilitator gave no usable answer to /{Name}: {Reason}")]
    private partial void LogUnreachable(string name, string reason);
}

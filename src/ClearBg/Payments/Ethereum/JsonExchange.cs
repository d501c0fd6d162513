using System.Net;
using System.Text.Json;

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// One HTTP request and its JSON answer, from a server that may be slow, broken or lying: bounded in time, bytes and depth, and never an exception but for the
/// caller's own cancellation.
/// </summary>
/// <param name="patience">Time for the whole exchange, unless a request says otherwise.</param>
/// <param name="clock">Measures it.</param>
internal sealed class JsonExchange(TimeSpan patience, TimeProvider clock) : IDisposable
{
    /// <summary>Bytes in an answer. A receipt takes a few thousand; what a payer can have the token log in one block, where each entry stands for a transfer, some millions.</summary>
    private const int MostBytes = 8 << 20;

    private const int MostHeaderKilobytes = 16;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        MaxResponseHeadersLength = MostHeaderKilobytes,

        // A name may lead elsewhere tomorrow.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),

        // Trace ids are the operator's.
        ActivityHeadersPropagator = null,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public void Dispose() => _http.Dispose();

    /// <summary>Sends and reads.</summary>
    /// <param name="request">Sent once.</param>
    /// <param name="read">Makes the value out of status and JSON. What it returns may not hold on to the element.</param>
    /// <param name="cancellation">Stops it: an <see cref="OperationCanceledException"/>.</param>
    /// <param name="time">Time for it where it takes longer than others by its nature.</param>
    public async Task<NodeAnswer<T>> SendAsync<T>(
        HttpRequestMessage request, Func<HttpStatusCode, JsonElement, NodeAnswer<T>> read, CancellationToken cancellation, TimeSpan? time = null)
    {
        using var late = new CancellationTokenSource(time ?? patience, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        HttpStatusCode? status = null;
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            status = response.StatusCode;
            await response.Content.LoadIntoBufferAsync(MostBytes, stop.Token);
            await using var body = await response.Content.ReadAsStreamAsync(stop.Token);
            using var json = await JsonDocument.ParseAsync(body, Strict, stop.Token);
            return read(response.StatusCode, json.RootElement);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or JsonException or InvalidOperationException)
        {
            // The last is what a JsonElement says to text that is no UTF-8 or half a surrogate pair, and only when it is read.
            cancellation.ThrowIfCancellationRequested();
            return new NodeFailure.Unreachable((exception, status) switch
            {
                (OperationCanceledException, _) => "no answer in time",
                (HttpRequestException or IOException, null) => "no connection",
                (_, not HttpStatusCode.OK) => FormattableString.Invariant($"HTTP status {(int)status!}"),
                _ => "malformed answer",
            });
        }
    }
}

using System.Globalization;
using System.Text.Json;

namespace ClearBg.SystemTests.Fuzz;

/// <summary>One connection that requests follow each other on. What isn't HTTP any more gets a connection of its own, for the server may close it.</summary>
internal sealed class FuzzCaller(string url, RequestGenerator requests)
{
    /// <summary>The status of each answer, by what was asked.</summary>
    public List<string> Statuses { get; } = [];

    /// <summary>Requests that got no answer or a wrong one.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Sends so many requests.</summary>
    public async Task RunAsync(int count)
    {
        var kept = new RawConnection(url);
        try
        {
            for (; count > 0; count--)
            {
                var request = requests.Next();
                if (!request.IsHttp)
                {
                    using var own = new RawConnection(url);
                    Judge(request, await own.SendAsync(request.Bytes, isLast: true));
                }
                else if (!Judge(request, await kept.SendAsync(request.Bytes)))
                {
                    kept.Dispose();
                    kept = new RawConnection(url);
                }
            }
        }
        finally
        {
            kept.Dispose();
        }
    }

    /// <summary>Notes an answer. False when the connection is of no more use.</summary>
    private bool Judge(FuzzedRequest request, RawAnswer? answer)
    {
        Statuses.Add($"{request.Kind} {answer?.Status.ToString(CultureInfo.InvariantCulture) ?? "closed"}");
        if (answer is { Status: 500 or 502 or 503 } || (request.IsHttp && !IsWhole(answer)))
        {
            Faults.Add($"{request}\n=> {answer?.ToString() ?? "closed"}");
        }

        return answer is not null && !answer.Headers.ContainsKey("Connection");
    }

    /// <summary>PNG, JPEG, WebP or ZIP; or JSON, which a picture or an account is in.</summary>
    private static bool IsPicture(ReadOnlySpan<byte> body) =>
        body is [0x89, (byte)'P', (byte)'N', (byte)'G', ..] or [0xFF, 0xD8, 0xFF, ..] || body.StartsWith("RIFF"u8) || body.StartsWith("PK"u8) || body.StartsWith("{\"data\""u8);

    /// <summary>A picture, or an error in the shape of its API.</summary>
    private static bool IsWhole(RawAnswer? answer)
    {
        try
        {
            if (answer is not { Status: >= 400 and < 500 })
            {
                return answer is { Status: 204 } || (answer is { Status: 200 } && IsPicture(answer.Body));
            }

            using var json = JsonDocument.Parse(answer.Body);
            var error = json.RootElement.TryGetProperty("errors", out var errors) ? errors[0].GetProperty("code") : json.RootElement.GetProperty("error");
            return error.ValueKind == JsonValueKind.String;
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}

using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.AspNetCore.Http.Features;

namespace ClearBg.Api;

/// <summary>What reading every kind of body has in common: a bound that is the endpoint's own, and faults of the sender that are refusals, not exceptions.</summary>
internal static class RequestBody
{
    /// <summary>What a body may hold besides its pictures, bytes: boundaries, headers, fields.</summary>
    private const int Overhead = 1 << 20;

    private const double SlowestBytesPerSecond = 64 * 1024;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>The longest body that is read, bytes: two pictures, or one in base64 whose signs may be percent-encoded; of the two the former is longer.</summary>
    public static long MostBytes(IntakeOptions limits) => (2L * limits.MaxBytes) + Overhead;

    /// <summary>
    /// Reads with <paramref name="read"/>, unless the body is announced longer than allowed: a client that waits for 100 Continue then uploads nothing. A body that
    /// takes longer than half a minute and its size at 64 KiB a second is given up: it keeps a place from others.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller hung up, or time ran out.</exception>
    public static async Task<Outcome<T>> ReadAsync<T>(HttpRequest request, IntakeOptions limits, Func<CancellationToken, Task<Outcome<T>>> read, CancellationToken cancellation, TimeProvider? time = null)
        where T : notnull
    {
        var most = MostBytes(limits);
        if (request.ContentLength > most)
        {
            return PictureHeader.TooLarge(limits);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = most;
        }

        using var late = new CancellationTokenSource(Grace + TimeSpan.FromSeconds((request.ContentLength ?? most) / SlowestBytesPerSecond), time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await read(either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new Failure(FailureCode.InvalidRequest, "The body took too long.");
        }
        catch (BadHttpRequestException refused) when (refused.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return PictureHeader.TooLarge(limits);
        }
        catch (Exception malformed) when (malformed is IOException or InvalidDataException)
        {
            // The framework's messages name its own settings; they help nobody outside.
            return new Failure(FailureCode.InvalidRequest, "The body is malformed or cut short.");
        }
    }

    /// <summary>The whole body, to be parsed where it lies.</summary>
    public static async Task<Outcome<PixelBuffer>> ReadWholeAsync(HttpRequest request, BufferPool pool, IntakeOptions limits, CancellationToken cancellation)
    {
        using var bytes = new PictureBytes(pool, request.ContentLength, MostBytes(limits));
        if (!await bytes.TryAppendAsync(request.Body, cancellation))
        {
            return PictureHeader.TooLarge(limits);
        }

        return bytes.Length > 0 ? bytes.Take() : new Failure(FailureCode.MissingSource, "The body is empty.");
    }
}

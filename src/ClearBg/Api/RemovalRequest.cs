using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>
/// Makes a job of what a request to <c>/v1.0/removebg</c> holds: exactly one picture, at most one background, and both here. Nothing is fetched for a request that
/// is wrong anyway.
/// </summary>
internal sealed class RemovalRequest(FetchedPicture fetched, TimeProvider time)
{
    /// <summary>Gives the job.</summary>
    /// <param name="http">The request, for as long as which places for downloads are kept.</param>
    /// <param name="content">Keeps the pictures, fetched ones too; it must last as long as the job.</param>
    /// <param name="defaults">What holds where a field is absent.</param>
    /// <param name="cancellation">Stops a download.</param>
    public async Task<Outcome<RemovalJob>> ReadAsync(HttpContext http, FormContent content, RemovalOptions defaults, CancellationToken cancellation)
    {
        var (url, backgroundUrl) = (Text(content, UrlField.Image), Text(content, UrlField.Background));
        if ((content.Picture is null) == (url is null))
        {
            return url is null
                ? new Failure(FailureCode.MissingSource, $"One of {FormContent.PictureField}, {FormContent.Base64Field} and {UrlField.Image.Name} is needed.")
                : new Failure(FailureCode.MultipleSources, $"Only one of {FormContent.PictureField}, {FormContent.Base64Field} and {UrlField.Image.Name} can be sent.");
        }

        if (!RemovalParameters.Read(content.Fields, defaults).Succeeded(out var options, out var failure))
        {
            return failure;
        }

        if (new[] { options.Background is not null, backgroundUrl is not null, content.BackgroundImage is not null }.Count(static sent => sent) > 1)
        {
            return new Failure(FailureCode.MultipleBackgroundSources, $"Only one of bg_color, {UrlField.Background.Name} and {FormContent.BackgroundField} can be sent.");
        }

        string?[] urls = [url, backgroundUrl];
        var began = time.GetTimestamp();
        failure = await fetched.EnterAsync(http, urls.Count(static sent => sent is not null), (content.Picture?.Length ?? 0) + (content.BackgroundImage?.Length ?? 0))
            ?? await AddAsync(url, UrlField.Image, content.AddPicture, cancellation)
            ?? await AddAsync(backgroundUrl, UrlField.Background, content.AddBackground, cancellation);
        if (failure is not null)
        {
            return failure;
        }

        TimeSpan? took = (url ?? backgroundUrl) is null ? null : time.GetElapsedTime(began);
        return new RemovalJob(content.Picture!, options, content.BackgroundImage, took);
    }

    private async Task<Failure?> AddAsync(string? url, UrlField field, Func<PixelBuffer, Failure?> add, CancellationToken cancellation) =>
        url is null ? null
        : (await fetched.ReadAsync(url, field, cancellation)).Succeeded(out var picture, out var failure) ? add(picture)
        : failure;

    private static string? Text(FormContent content, UrlField field) => content.Fields.GetValueOrDefault(field.Name)?.Trim();
}

using ClearBg.Intake;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>
/// Makes a job of what a request to <c>/v1.0/removebg</c> holds: exactly one picture, at most one background, and both here. Nothing is fetched for a request that
/// is wrong anyway.
/// </summary>
internal sealed class RemovalRequest(PictureDownload download)
{
    private const string UrlField = "image_url";
    private const string BackgroundUrlField = "bg_image_url";

    /// <summary>Gives the job.</summary>
    /// <param name="content">Keeps the pictures, fetched ones too; it must last as long as the job.</param>
    /// <param name="defaults">What holds where a field is absent.</param>
    /// <param name="cancellation">Stops a download.</param>
    public async Task<Outcome<RemovalJob>> ReadAsync(FormContent content, RemovalOptions defaults, CancellationToken cancellation)
    {
        var (url, backgroundUrl) = (Text(content, UrlField), Text(content, BackgroundUrlField));
        if ((content.Picture is null) == (url is null))
        {
            return url is null
                ? new Failure(FailureCode.MissingSource, $"One of {FormContent.PictureField}, {FormContent.Base64Field} and {UrlField} is needed.")
                : new Failure(FailureCode.MultipleSources, $"Only one of {FormContent.PictureField}, {FormContent.Base64Field} and {UrlField} can be sent.");
        }

        if (!RemovalParameters.Read(content.Fields, defaults).Succeeded(out var options, out var failure))
        {
            return failure;
        }

        if (new[] { options.Background is not null, backgroundUrl is not null, content.BackgroundImage is not null }.Count(static sent => sent) > 1)
        {
            return new Failure(FailureCode.MultipleBackgroundSources, $"Only one of bg_color, {BackgroundUrlField} and {FormContent.BackgroundField} can be sent.");
        }

        failure = await FetchAsync(url, Intake.UrlField.Image, content, cancellation) ?? await FetchAsync(backgroundUrl, Intake.UrlField.Background, content, cancellation);
        return failure is null ? new RemovalJob(content.Picture!, options, content.BackgroundImage) : failure;
    }

    private async Task<Failure?> FetchAsync(string? url, UrlField field, FormContent content, CancellationToken cancellation)
    {
        if (url is null)
        {
            return null;
        }

        return (await download.FetchAsync(url, field, cancellation)).Succeeded(out var picture, out var failure)
            ? field == Intake.UrlField.Image ? content.AddPicture(picture) : content.AddBackground(picture)
            : failure;
    }

    private static string? Text(FormContent content, string field) => content.Fields.GetValueOrDefault(field)?.Trim();
}

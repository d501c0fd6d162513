using ClearBg.Intake;

namespace ClearBg.Jobs;

/// <summary>A removal whose pictures were looked at as far as their headers go: nothing in it is malformed or too large.</summary>
/// <param name="Job">What was asked.</param>
/// <param name="Header">The picture's.</param>
/// <param name="Region">The part of the picture that may hold the subject.</param>
/// <param name="Background">The picture that becomes the new background; null for none, and where the answer doesn't show it.</param>
internal sealed record InspectedJob(RemovalJob Job, PictureHeader Header, RegionOfInterest Region, BackgroundPicture? Background)
{
    /// <summary>Of the picture, as sent.</summary>
    public long Pixels => (long)Header.Width * Header.Height;

    /// <summary>The answer's size, before cropping.</summary>
    public OutputSize Output
    {
        get
        {
            var (width, height) = Header.Upright;
            return OutputSize.Of(width, height, Job.Options, Background is { IsOpaque: true });
        }
    }

    /// <summary>Inspects a job; the refusals of <see cref="PictureHeader.Read"/>, <see cref="RegionOfInterest.Of"/> and <see cref="BackgroundPicture.Read"/>.</summary>
    public static Outcome<InspectedJob> Of(RemovalJob job, IntakeOptions limits)
    {
        if (!PictureHeader.Read(job.Picture.Bytes, limits).Succeeded(out var header, out var failure))
        {
            return failure;
        }

        var (width, height) = header.Upright;
        if (!RegionOfInterest.Of(job.Options.Region, width, height).Succeeded(out var region, out failure))
        {
            return failure;
        }

        BackgroundPicture? background = null;
        return job.Options.ShowsBackground && job.BackgroundImage is { } image && !BackgroundPicture.Read(image, limits).Succeeded(out background, out failure)
            ? failure
            : new InspectedJob(job, header, region, background);
    }

    /// <summary>The same job with an answer of another size.</summary>
    public InspectedJob At(SizeTier size) => this with { Job = Job with { Options = Job.Options with { Size = size } } };
}

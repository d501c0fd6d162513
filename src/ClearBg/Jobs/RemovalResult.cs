using ClearBg.Imaging;

namespace ClearBg.Jobs;

/// <summary>A finished cut-out.</summary>
/// <param name="Content">The encoded bytes in pooled memory, positioned at the start.</param>
/// <param name="ContentType">Their media type.</param>
/// <param name="Extension">Their usual file extension, with the dot.</param>
/// <param name="Width">Of the answer, pixels.</param>
/// <param name="Height">Of the answer, pixels.</param>
/// <param name="Foreground">The subject's box in the uncropped frame.</param>
/// <param name="Stages">What took how long.</param>
internal sealed record RemovalResult(Stream Content, string ContentType, string Extension, int Width, int Height, Box Foreground, StageTimes Stages) : IDisposable
{
    public void Dispose() => Content.Dispose();
}

using ClearBg.Imaging;

namespace ClearBg.Jobs;

/// <summary>One removal: the bytes it works on, which stay the caller's and must last until it ends, and what was asked.</summary>
/// <param name="Picture">The encoded picture, of any content.</param>
/// <param name="Options">What was asked.</param>
/// <param name="BackgroundImage">The encoded picture that becomes the new background, of any content; null for none.</param>
/// <param name="Fetched">How long it took to fetch what came as URLs; null where nothing did.</param>
internal sealed record RemovalJob(PixelBuffer Picture, RemovalOptions Options, PixelBuffer? BackgroundImage = null, TimeSpan? Fetched = null);

using System.Buffers.Binary;

namespace ClearBg.SystemTests;

/// <summary>What the header of a PNG says (PNG, 11.2.1).</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Depth">Bits of a sample.</param>
/// <param name="ColourType">0 for grey, 6 for red, green, blue and alpha.</param>
internal readonly record struct PngFile(int Width, int Height, int Depth, int ColourType)
{
    /// <summary>Reads the header of a file that must be a whole PNG.</summary>
    public static PngFile Read(byte[] file)
    {
        Pictures.AssertIsPng(file);
        return new PngFile(BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)), file[24], file[25]);
    }
}

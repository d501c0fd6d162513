using ClearBg.Imaging;
using ClearBg.Imaging.Vips;
using ClearBg.Intake;

namespace ClearBg.Tests.Intake;

/// <summary>Our reading of the orientation must be libvips' reading: the upright size that was checked has to be the size that is decoded.</summary>
public class ExifOrientationTests
{
    private const ushort Orientation = 0x0112;
    private const ushort Byte = 1;
    private const ushort Short = 3;
    private const ushort Long = 4;

    public static TheoryData<string, string> Blocks()
    {
        var data = new TheoryData<string, string>();
        foreach (var format in Enum.GetNames<PictureFormat>())
        {
            foreach (var block in Named.Keys)
            {
                data.Add(format, block);
            }
        }

        return data;
    }

    private static readonly Dictionary<string, byte[][]> Named = new(StringComparer.Ordinal)
    {
        ["none"] = [],
        ["1 II"] = [One(1)],
        ["2 II"] = [One(2)],
        ["3 II"] = [One(3)],
        ["4 II"] = [One(4)],
        ["5 II"] = [One(5)],
        ["6 II"] = [One(6)],
        ["7 II"] = [One(7)],
        ["8 II"] = [One(8)],
        ["6 MM"] = [One(6, littleEndian: false)],
        ["6 without prefix"] = [One(6, prefix: false)],
        ["6 MM without prefix"] = [One(6, littleEndian: false, prefix: false)],
        ["0"] = [One(0)],
        ["9"] = [One(9)],
        ["65535"] = [One(65535)],
        ["as LONG"] = [PictureFiles.Exif(true, true, (Orientation, Long, 1, 6))],
        ["as BYTE"] = [PictureFiles.Exif(true, true, (Orientation, Byte, 1, 6))],
        ["as big LONG"] = [PictureFiles.Exif(false, true, (Orientation, Long, 1, 6))],
        ["as signed SHORT"] = [PictureFiles.Exif(true, true, (Orientation, 8, 1, 6))],
        ["as RATIONAL"] = [PictureFiles.Exif(true, true, (Orientation, 5, 1, 6))],
        ["as text"] = [PictureFiles.Exif(true, true, (Orientation, 2, 1, '6'))],
        ["three values"] = [PictureFiles.Exif(true, true, (Orientation, Short, 3, 6))],
        ["four bytes"] = [PictureFiles.Exif(true, true, (Orientation, Byte, 4, 6))],
        ["two values"] = [PictureFiles.Exif(true, true, (Orientation, Short, 2, 6))],
        ["no values"] = [PictureFiles.Exif(true, true, (Orientation, Short, 0, 6))],
        ["after another tag"] = [PictureFiles.Exif(true, true, (0x0100, Short, 1, 8), (Orientation, Short, 1, 6))],
        ["tag twice"] = [PictureFiles.Exif(true, true, (Orientation, Short, 1, 6), (Orientation, Short, 1, 3))],
        ["bad tag, then good"] = [PictureFiles.Exif(true, true, (Orientation, Short, 1, 9), (Orientation, Short, 1, 6))],
        ["two blocks"] = [One(6), One(3)],
        ["bad block, then good"] = ["Exif\0\0garbage garbage"u8.ToArray(), One(6)],
        ["cut in the entry"] = [One(6)[..20]],
        ["cut after the entry"] = [One(6)[..28]],
        ["more entries announced than there"] = [Announcing(One(6), 9)],
        ["magic is not 42"] = [Patched(One(6), 8, 43)],
        ["neither II nor MM"] = [Patched(One(6), 6, (byte)'X')],
        ["directory out of range"] = [Patched(One(6), 12, 1)],
        ["prefix twice"] = [[.. "Exif\0\0"u8, .. One(6)]],
        ["short prefix"] = [[.. "Exif"u8, .. One(6, prefix: false)]],
        ["empty"] = [[]],
    };

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Is_read_as_libvips_reads_it(string format, string block)
    {
        var parsed = Enum.Parse<PictureFormat>(format);
        var file = PictureFiles.WithExif(parsed, Named[block]);

        Assert.True(PictureHeader.Read(file, new IntakeOptions()).Succeeded(out var header, out _));
        Assert.Equal((OrientationByVips(parsed, file), 8, 4), (header.Orientation, header.Width, header.Height));
    }

    private static byte[] One(ushort value, bool littleEndian = true, bool prefix = true) => PictureFiles.Exif(littleEndian, prefix, (Orientation, Short, 1, value));

    private static byte[] Announcing(byte[] exif, byte entries) => Patched(exif, 14, entries);

    private static byte[] Patched(byte[] exif, int at, byte value)
    {
        exif[at] = value;
        return exif;
    }

    private static unsafe int OrientationByVips(PictureFormat format, byte[] file)
    {
        fixed (byte* data = file)
        {
            using var operation = new VipsOperation(format switch { PictureFormat.Jpeg => "jpegload_buffer", PictureFormat.Png => "pngload_buffer", _ => "webpload_buffer" });
            using var image = operation.Set("buffer", data, (nuint)file.Length).Run("out");
            return image!.Orientation;
        }
    }
}

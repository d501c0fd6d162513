using System.Numerics.Tensors;
using ClearBg.Imaging;
using ClearBg.Segmentation;

namespace ClearBg.Jobs;

/// <summary>A model's matte, and what it shows: a part of a picture, with padding around it where the model wants that.</summary>
internal sealed class CoarseMatte : IDisposable
{
    private readonly Plane _matte;
    private readonly Box _seen;
    private readonly (int Width, int Height) _picture;
    private readonly (double Left, double Top) _origin;
    private readonly (double X, double Y) _scale;

    /// <param name="matte">The model's answer, which ends with this.</param>
    /// <param name="input">What the model took; it may give mattes of another size.</param>
    /// <param name="content">The part of the input that showed the picture.</param>
    /// <param name="seen">The part of the picture that was shown, pixels.</param>
    /// <param name="picture">The picture's size, pixels.</param>
    public CoarseMatte(Plane matte, ModelInput input, Box content, Box seen, (int Width, int Height) picture)
    {
        (_matte, _seen, _picture) = (matte, seen, picture);
        var (perColumn, perRow) = ((double)matte.Width / input.Width, (double)matte.Height / input.Height);
        _origin = (content.Left * perColumn, content.Top * perRow);
        _scale = (content.Width * perColumn / seen.Width, content.Height * perRow / seen.Height);
    }

    /// <summary>How much of a region the subject covers, 0 to 1. The region must lie in what was seen.</summary>
    public double CoverageOf(RegionOfInterest region)
    {
        var (left, top, width, height) = Window(region.Part, (region.Width, region.Height));
        var (first, last) = (Math.Min((int)left, _matte.Width - 1), Math.Min((int)Math.Ceiling(left + width), _matte.Width));
        var (from, to) = (Math.Min((int)top, _matte.Height - 1), Math.Min((int)Math.Ceiling(top + height), _matte.Height));
        var sum = 0.0;
        for (var y = from; y < to; y++)
        {
            sum += TensorPrimitives.Sum(_matte.Row(y)[first..last]);
        }

        return sum / ((last - first) * (to - from));
    }

    /// <summary>The matte at the output's size. Outside of the region it is 0, up to a hard border: what lies there is background whatever it shows.</summary>
    public Raster Enlarge(BufferPool pool, RegionOfInterest region, OutputSize output)
    {
        var matte = new Raster(pool, output.Width, output.Height, 1);
        matte.Samples.Clear();
        var place = region.Nearest(output.Width, output.Height);
        var (left, top, width, height) = Window(place, (output.Width, output.Height));
        _matte.ResampleTo(left, top, width, height, matte, place);
        return matte;
    }

    public void Dispose() => _matte.Dispose();

    /// <summary>Where the matte shows a part of a copy of the picture.</summary>
    private (double Left, double Top, double Width, double Height) Window(Box part, (int Width, int Height) copy)
    {
        var (x, y) = ((double)_picture.Width / copy.Width, (double)_picture.Height / copy.Height);
        return (
            _origin.Left + (((part.Left * x) - _seen.Left) * _scale.X), _origin.Top + (((part.Top * y) - _seen.Top) * _scale.Y),
            part.Width * x * _scale.X, part.Height * y * _scale.Y);
    }
}

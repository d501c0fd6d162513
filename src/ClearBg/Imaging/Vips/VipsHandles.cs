using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ClearBg.Imaging.Vips;

/// <summary>A reference to any GObject; releasing the handle drops the reference.</summary>
internal abstract class GObjectHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        VipsNative.g_object_unref(handle);
        return true;
    }
}

/// <summary>A VipsOperation between its creation and its last output.</summary>
internal sealed class VipsOperationHandle : GObjectHandle
{
    public VipsOperationHandle(nint operation) => SetHandle(operation);

    protected override bool ReleaseHandle()
    {
        // Outputs that nobody asked for hold references of their own.
        VipsNative.vips_object_unref_outputs(handle);
        return base.ReleaseHandle();
    }
}

/// <summary>A VipsTargetCustom: where an encoder writes.</summary>
internal sealed class VipsTargetHandle : GObjectHandle
{
    public VipsTargetHandle(nint target) => SetHandle(target);
}

/// <summary>
/// A VipsImage: usually not pixels but a recipe for them, computed when written into memory. It doesn't own memory it was made from:
/// whoever wraps a buffer keeps that buffer alive longer.
/// </summary>
internal sealed unsafe class VipsImage : GObjectHandle
{
    /// <summary>For the marshaller.</summary>
    public VipsImage()
    {
    }

    public VipsImage(nint image) => SetHandle(image);

    /// <summary>Pixels.</summary>
    public int Width => VipsNative.vips_image_get_width(this);

    /// <summary>Pixels.</summary>
    public int Height => VipsNative.vips_image_get_height(this);

    /// <summary>Samples a pixel, alpha included.</summary>
    public int Bands => VipsNative.vips_image_get_bands(this);

    public VipsBandFormat Format => (VipsBandFormat)VipsNative.vips_image_get_format(this);

    public VipsInterpretation Interpretation => (VipsInterpretation)VipsNative.vips_image_get_interpretation(this);

    /// <summary>EXIF orientation, 1 to 8; 1 when absent.</summary>
    public int Orientation => VipsNative.vips_image_get_orientation(this);

    /// <summary>Pixels per millimetre, horizontally and vertically.</summary>
    public (double X, double Y) Resolution => (VipsNative.vips_image_get_xres(this), VipsNative.vips_image_get_yres(this));

    /// <summary>A copy of the embedded ICC profile, or null.</summary>
    public byte[]? IccProfile
    {
        get
        {
            void* data;
            nuint length;
            return VipsNative.vips_image_get_typeof(this, "icc-profile-data") != 0
                && VipsNative.vips_image_get_blob(this, "icc-profile-data", &data, &length) == 0
                ? new ReadOnlySpan<byte>(data, checked((int)length)).ToArray()
                : null;
        }
    }

    /// <summary>An image over memory of ours, which is neither copied nor freed.</summary>
    /// <param name="data">Interleaved samples, rows without padding.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="bands">Samples a pixel.</param>
    /// <param name="format">Type of a sample.</param>
    public static VipsImage Over(void* data, nuint size, int width, int height, int bands, VipsBandFormat format = VipsBandFormat.UChar)
    {
        var image = VipsNative.vips_image_new_from_memory(data, size, width, height, bands, (int)format);
        return image.IsInvalid ? throw VipsException.Take() : image;
    }

    /// <summary>Attaches an ICC profile (copied) for the operations and encoders that follow.</summary>
    public void SetIccProfile(ReadOnlySpan<byte> profile)
    {
        fixed (byte* data = profile)
        {
            VipsNative.vips_image_set_blob_copy(this, "icc-profile-data", data, (nuint)profile.Length);
        }
    }

    /// <summary>Computes the pixels straight into memory of ours.</summary>
    /// <exception cref="VipsException">The source is corrupt, or was stopped by <paramref name="cancellation"/>.</exception>
    public void WriteTo(void* data, nuint size, CancellationToken cancellation)
    {
        using var target = Over(data, size, Width, Height, Bands, Format);
        using var stop = cancellation.Register(static image => ((VipsImage)image!).Stop(), this);
        if (VipsNative.vips_image_write(this, target) != 0)
        {
            var failure = VipsException.Take();
            cancellation.ThrowIfCancellationRequested();
            throw failure;
        }
    }

    private void Stop()
    {
        // The registration may fire while the handle is being closed.
        var held = false;
        try
        {
            DangerousAddRef(ref held);
            VipsNative.vips_image_set_kill(this, 1);
        }
        catch (ObjectDisposedException)
        {
        }
        finally
        {
            if (held)
            {
                DangerousRelease();
            }
        }
    }
}

/// <summary>VipsBandFormat, by libvips' numbers.</summary>
internal enum VipsBandFormat
{
    UChar = 0,
    UShort = 2,
    Float = 6,
}

/// <summary>VipsInterpretation, by libvips' numbers: those that make a difference here.</summary>
internal enum VipsInterpretation
{
    Cmyk = 15,
}

/// <summary>libvips refused an operation. The message is for the log: it may quote anything.</summary>
internal sealed class VipsException(string message) : Exception(message)
{
    /// <summary>Takes what libvips has put into its error buffer, which all threads share: it may hold another request's words too.</summary>
    public static VipsException Take()
    {
        var text = VipsNative.vips_error_buffer_copy();
        try
        {
            return new VipsException(Marshal.PtrToStringUTF8(text)?.Trim() is { Length: > 0 } message ? message : "libvips gave no reason");
        }
        finally
        {
            VipsNative.g_free(text);
        }
    }
}

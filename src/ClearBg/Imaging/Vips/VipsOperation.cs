using System.Globalization;

namespace ClearBg.Imaging.Vips;

/// <summary>
/// One call of a libvips operation: named arguments, then <see cref="Run"/>. The names, types and defaults are those of libvips' own reference.
/// </summary>
internal sealed unsafe class VipsOperation : IDisposable
{
    private readonly VipsOperationHandle _handle;

    public VipsOperation(string name)
    {
        VipsLibrary.Start();
        var operation = VipsNative.vips_operation_new(name);
        _handle = operation != 0 ? new VipsOperationHandle(operation) : throw VipsException.Take();
    }

    /// <summary>Applies an operation to an image and gives the resulting image.</summary>
    public static VipsImage Apply(string name, VipsImage input, params ReadOnlySpan<(string Name, object Value)> arguments)
    {
        using var operation = new VipsOperation(name);
        operation.Set("in", input);
        foreach (var (argument, value) in arguments)
        {
            operation.Set(argument, value);
        }

        return operation.Run("out")!;
    }

    /// <summary>A number, boolean, or the nickname of an enumeration's value.</summary>
    public VipsOperation Set(string argument, object value)
    {
        var text = value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return VipsNative.vips_object_set_argument_from_string(_handle, argument, text) == 0 ? this : throw VipsException.Take();
    }

    public VipsOperation Set(string argument, VipsImage image) => SetObject(argument, VipsNative.vips_image_get_type(), image);

    public VipsOperation Set(string argument, VipsTargetHandle target) => SetObject(argument, VipsNative.vips_target_get_type(), target);

    /// <summary>Bytes that stay ours: they must outlive every image that reads from them.</summary>
    public VipsOperation Set(string argument, void* data, nuint length)
    {
        var blob = VipsNative.vips_blob_new(0, data, length);
        VipsNative.GValue value = default;
        VipsNative.g_value_init(&value, VipsNative.vips_blob_get_type());
        VipsNative.g_value_set_boxed(&value, blob);
        VipsNative.g_object_set_property(_handle, argument, &value);
        VipsNative.g_value_unset(&value);
        VipsNative.vips_area_unref(blob);
        return this;
    }

    /// <summary>Runs the operation and gives its output image of that name; null for operations without one.</summary>
    /// <exception cref="VipsException">libvips refused.</exception>
    public VipsImage? Run(string? output = null)
    {
        if (VipsNative.vips_object_build(_handle) != 0)
        {
            throw VipsException.Take();
        }

        if (output is null)
        {
            return null;
        }

        VipsNative.GValue value = default;
        VipsNative.g_value_init(&value, VipsNative.vips_image_get_type());
        VipsNative.g_object_get_property(_handle, output, &value);
        var image = VipsNative.g_value_dup_object(&value);
        VipsNative.g_value_unset(&value);
        return image != 0 ? new VipsImage(image) : throw VipsException.Take();
    }

    public void Dispose() => _handle.Dispose();

    private VipsOperation SetObject(string argument, nuint type, GObjectHandle instance)
    {
        var held = false;
        try
        {
            instance.DangerousAddRef(ref held);
            VipsNative.GValue value = default;
            VipsNative.g_value_init(&value, type);
            VipsNative.g_value_set_object(&value, instance.DangerousGetHandle());
            VipsNative.g_object_set_property(_handle, argument, &value);
            VipsNative.g_value_unset(&value);
            return this;
        }
        finally
        {
            if (held)
            {
                instance.DangerousRelease();
            }
        }
    }
}

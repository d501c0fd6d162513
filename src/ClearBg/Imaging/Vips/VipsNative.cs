using System.Reflection;
using System.Runtime.InteropServices;

namespace ClearBg.Imaging.Vips;

/// <summary>
/// The part of libvips 8.18's C API that ClearBg uses, declared as libvips declares it.
/// Only functions with fixed arguments are bound: variadic ones have another calling convention on Arm macOS, so operations are built through GObject properties
/// (<see href="https://www.libvips.org/API/current/binding.html">libvips: how to write bindings</see>).
/// </summary>
internal static unsafe partial class VipsNative
{
    private const string Library = "vips";

    static VipsNative() => NativeLibrary.SetDllImportResolver(typeof(VipsNative).Assembly, Resolve);

    // Set-up.
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int vips_init(string argv0);

    [LibraryImport(Library)]
    internal static partial void vips_cache_set_max(int max);

    [LibraryImport(Library)]
    internal static partial void vips_block_untrusted_set(int state);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void vips_operation_block_set(string name, int state);

    [LibraryImport(Library)]
    internal static partial nint vips_error_buffer_copy();

    [LibraryImport(Library)]
    internal static partial nint g_log_set_default_handler(delegate* unmanaged[Cdecl]<byte*, int, byte*, nint, void> handler, nint data);

    // Operations.
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint vips_operation_new(string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int vips_object_set_argument_from_string(VipsOperationHandle operation, string name, string value);

    [LibraryImport(Library)]
    internal static partial int vips_object_build(VipsOperationHandle operation);

    [LibraryImport(Library)]
    internal static partial void vips_object_unref_outputs(nint operation);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void g_object_set_property(VipsOperationHandle instance, string name, GValue* value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void g_object_get_property(VipsOperationHandle instance, string name, GValue* value);

    [LibraryImport(Library)]
    internal static partial nuint vips_image_get_type();

    [LibraryImport(Library)]
    internal static partial nuint vips_blob_get_type();

    [LibraryImport(Library)]
    internal static partial nuint vips_target_get_type();

    [LibraryImport(Library)]
    internal static partial nint g_value_init(GValue* value, nuint type);

    [LibraryImport(Library)]
    internal static partial void g_value_unset(GValue* value);

    [LibraryImport(Library)]
    internal static partial void g_value_set_object(GValue* value, nint instance);

    [LibraryImport(Library)]
    internal static partial void g_value_set_boxed(GValue* value, nint boxed);

    [LibraryImport(Library)]
    internal static partial nint g_value_dup_object(GValue* value);

    [LibraryImport(Library)]
    internal static partial nint vips_blob_new(nint free, void* data, nuint length);

    [LibraryImport(Library)]
    internal static partial void vips_area_unref(nint area);

    // Images.
    [LibraryImport(Library)]
    internal static partial VipsImage vips_image_new_from_memory(void* data, nuint size, int width, int height, int bands, int format);

    [LibraryImport(Library)]
    internal static partial int vips_image_write(VipsImage image, VipsImage target);

    [LibraryImport(Library)]
    internal static partial int vips_image_get_width(VipsImage image);

    [LibraryImport(Library)]
    internal static partial int vips_image_get_height(VipsImage image);

    [LibraryImport(Library)]
    internal static partial int vips_image_get_bands(VipsImage image);

    [LibraryImport(Library)]
    internal static partial int vips_image_get_format(VipsImage image);

    [LibraryImport(Library)]
    internal static partial int vips_image_get_interpretation(VipsImage image);

    [LibraryImport(Library)]
    internal static partial int vips_image_get_orientation(VipsImage image);

    [LibraryImport(Library)]
    internal static partial double vips_image_get_xres(VipsImage image);

    [LibraryImport(Library)]
    internal static partial double vips_image_get_yres(VipsImage image);

    [LibraryImport(Library)]
    internal static partial void vips_image_set_kill(VipsImage image, int kill);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint vips_image_get_typeof(VipsImage image, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int vips_image_get_blob(VipsImage image, string name, void** data, nuint* length);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void vips_image_set_blob_copy(VipsImage image, string name, void* data, nuint length);

    // Targets: encoded bytes go to a callback, so no encoder result is ever held twice.
    [LibraryImport(Library)]
    internal static partial nint vips_target_custom_new();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint g_signal_connect_data(VipsTargetHandle instance, string signal, void* handler, nint data, nint destroy, int flags);

    // Memory.
    [LibraryImport(Library)]
    internal static partial void g_object_unref(nint instance);

    [LibraryImport(Library)]
    internal static partial void g_free(nint memory);

    [LibraryImport(Library)]
    internal static partial nuint vips_tracked_get_mem();

    /// <summary>GLib's GValue: a type and two words of payload.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GValue
    {
        private readonly nuint _type;
        private readonly ulong _first;
        private readonly ulong _second;
    }

    /// <summary>The library beside the program first, then the system's (Debian: libvips42).</summary>
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (!string.Equals(name, Library, StringComparison.Ordinal))
        {
            return 0;
        }

        string[] candidates = OperatingSystem.IsWindows() ? ["libvips-42.dll"]
            : OperatingSystem.IsMacOS() ? ["libvips-cpp.8.18.7.dylib", "libvips.42.dylib"]
            : ["libvips-cpp.so.8.18.7", "libvips.so.42"];
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, candidate), out var beside))
            {
                return beside;
            }
        }

        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out var installed))
            {
                return installed;
            }
        }

        throw new DllNotFoundException(
            $"libvips was not found: looked for {string.Join(", ", candidates)} beside the program ({AppContext.BaseDirectory}) and in the system's library folders. " +
            "Build ClearBg again with npm at hand, or install libvips (Debian: apt-get install libvips42).");
    }
}

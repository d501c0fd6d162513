using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClearBg.Imaging.Vips;

/// <summary>libvips as a whole: started once, closed to everything but what ClearBg needs, its warnings led to whoever listens.</summary>
internal static unsafe class VipsLibrary
{
    /// <summary>GLogLevelFlags: error, critical, warning. Below them libvips tells of every thread pool.</summary>
    private const int WarningAndWorse = 1 << 2 | 1 << 3 | 1 << 4;

    private static readonly Lazy<int> Started = new(Initialise);

    /// <summary>Gets libvips' warnings (corrupt files cause most). Never written to standard error.</summary>
    public static Action<string>? Warned { get; set; }

    /// <summary>Loads and configures libvips on the first call.</summary>
    /// <exception cref="DllNotFoundException">The library is missing; the message says what to install.</exception>
    public static void Start() => _ = Started.Value;

    private static int Initialise()
    {
        if (VipsNative.vips_init("ClearBg") != 0)
        {
            throw VipsException.Take();
        }

        VipsNative.g_log_set_default_handler(&OnLog, 0);

        // No picture comes twice: the cache would only hold requests' pixels in memory.
        VipsNative.vips_cache_set_max(0);

        // Only the loaders that Decoder calls by name; libvips never chooses one by looking at the bytes.
        VipsNative.vips_block_untrusted_set(1);
        VipsNative.vips_operation_block_set("VipsForeignLoad", 1);
        foreach (var loader in (ReadOnlySpan<string>)["VipsForeignLoadJpegBuffer", "VipsForeignLoadPngBuffer", "VipsForeignLoadWebpBuffer"])
        {
            VipsNative.vips_operation_block_set(loader, 0);
        }

        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(byte* domain, int level, byte* message, nint data)
    {
        if ((level & WarningAndWorse) != 0)
        {
            Warned?.Invoke(Marshal.PtrToStringUTF8((nint)message) ?? "");
        }
    }
}

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// The processor's matrix unit: AMX, whose tiles are registers of 16 rows of 64 bytes (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1,
/// chapter 18). Linux gives a process its tiles on request only.
/// </summary>
internal sealed unsafe partial class AmxUnit : TileUnit
{
    private const int TilesBit = 1 << 24;
    private const int Int8Bit = 1 << 25;

    // arch_prctl(2) and https://docs.kernel.org/arch/x86/xstate.html: permission for tile data, for all threads of the process and for good.
    private const nint ArchPrctl = 158;
    private const nint RequestPermission = 0x1023;
    private const nint TileData = 18;

    private static readonly Lazy<bool> Supported = new(static () =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
        && Avx512BW.IsSupported && Avx512BW.VL.IsSupported
        && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Edx & (TilesBit | Int8Bit)) == (TilesBit | Int8Bit)
        && SystemCall(ArchPrctl, RequestPermission, TileData) == 0
        && TileCode.IsMapped);

    /// <summary>True where the processor multiplies tiles of bytes, has AVX-512 for what is beside, and the kernel lets this process use both and run code of its own.</summary>
    public static bool IsSupported => Supported.Value;

    public override string Name => "AMX unit";

    /// <summary>Shapes the thread's tiles.</summary>
    public override void Enter(int stepBytes)
    {
        // LDTILECFG: palette 1; from byte 16 on a row's bytes and from byte 48 on the rows of each tile. 0 to 3 hold sums, 4 and 5 pixels, 6 and 7 weights.
        var configuration = stackalloc byte[64];
        NativeMemory.Clear(configuration, 64);
        configuration[0] = 1;
        for (var tile = 0; tile < 8; tile++)
        {
            configuration[16 + (2 * tile)] = (byte)(tile is 4 or 5 ? stepBytes : 64);
            configuration[48 + tile] = (byte)(tile is 6 or 7 ? stepBytes / 4 : 16);
        }

        TileCode.Configure(configuration);
    }

    public override void Multiply(TileProduct* product) => TileCode.Multiply(product);

    public override void Leave() => TileCode.Release();

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint first, nint second);
}

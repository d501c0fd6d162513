using System.Runtime.InteropServices;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>
/// The three routines that .NET has no intrinsics for, as machine code of the System V calling convention. Its memory is writable or executable, never both.
/// </summary>
internal static unsafe partial class TileCode
{
    private const int ReadWrite = 3;
    private const int ReadExecute = 5;
    private const int PrivateAnonymous = 0x22;

    private static readonly nint Start = Map(
    [
        /* Multiply */
        0x48, 0x8B, 0x37,                                           /* mov rsi, [rdi]                offsets */
        0x48, 0x8B, 0x4F, 0x08,                                     /* mov rcx, [rdi+8]              steps */
        0x48, 0x8B, 0x57, 0x10,                                     /* mov rdx, [rdi+16]             pixels */
        0x4C, 0x8B, 0x47, 0x18,                                     /* mov r8, [rdi+24]              second */
        0x4C, 0x8B, 0x4F, 0x20,                                     /* mov r9, [rdi+32]              weights */
        0x4C, 0x8B, 0x57, 0x28,                                     /* mov r10, [rdi+40]             pixel stride */
        0x41, 0xBB, 0x40, 0x00, 0x00, 0x00,                         /* mov r11d, 64 */
        0xC4, 0xE2, 0x7B, 0x49, 0xC0,                               /* tilezero tmm0 */
        0xC4, 0xE2, 0x7B, 0x49, 0xC8,                               /* tilezero tmm1 */
        0xC4, 0xE2, 0x7B, 0x49, 0xD0,                               /* tilezero tmm2 */
        0xC4, 0xE2, 0x7B, 0x49, 0xD8,                               /* tilezero tmm3 */
        0x48, 0x8B, 0x06,                                           /* next: mov rax, [rsi] */
        0x48, 0x01, 0xD0,                                           /* add rax, rdx */
        0xC4, 0x82, 0x7B, 0x4B, 0x34, 0x19,                         /* tileloadd tmm6, [r9+r11] */
        0xC4, 0xA2, 0x7B, 0x4B, 0x24, 0x10,                         /* tileloadd tmm4, [rax+r10] */
        0x4C, 0x01, 0xC0,                                           /* add rax, r8 */
        0xC4, 0x82, 0x7B, 0x4B, 0xBC, 0x19, 0x00, 0x04, 0x00, 0x00, /* tileloadd tmm7, [r9+r11+1024] */
        0xC4, 0xA2, 0x7B, 0x4B, 0x2C, 0x10,                         /* tileloadd tmm5, [rax+r10] */
        0xC4, 0xE2, 0x49, 0x5E, 0xC4,                               /* tdpbusd tmm0, tmm4, tmm6 */
        0xC4, 0xE2, 0x41, 0x5E, 0xCC,                               /* tdpbusd tmm1, tmm4, tmm7 */
        0xC4, 0xE2, 0x49, 0x5E, 0xD5,                               /* tdpbusd tmm2, tmm5, tmm6 */
        0xC4, 0xE2, 0x41, 0x5E, 0xDD,                               /* tdpbusd tmm3, tmm5, tmm7 */
        0x48, 0x83, 0xC6, 0x08,                                     /* add rsi, 8 */
        0x49, 0x81, 0xC1, 0x00, 0x08, 0x00, 0x00,                   /* add r9, 2048 */
        0x48, 0xFF, 0xC9,                                           /* dec rcx */
        0x75, 0xB7,                                                 /* jnz next */
        0x48, 0x8B, 0x47, 0x30,                                     /* mov rax, [rdi+48]             sums */
        0x45, 0x01, 0xDB,                                           /* add r11d, r11d                rows of 32 sums */
        0xC4, 0xA2, 0x7A, 0x4B, 0x04, 0x18,                         /* tilestored [rax+r11], tmm0 */
        0xC4, 0xA2, 0x7A, 0x4B, 0x4C, 0x18, 0x40,                   /* tilestored [rax+r11+64], tmm1 */
        0xC4, 0xA2, 0x7A, 0x4B, 0x94, 0x18, 0x00, 0x08, 0x00, 0x00, /* tilestored [rax+r11+2048], tmm2 */
        0xC4, 0xA2, 0x7A, 0x4B, 0x9C, 0x18, 0x40, 0x08, 0x00, 0x00, /* tilestored [rax+r11+2112], tmm3 */
        0xC3,                                                       /* ret */
        /* Configure */
        0xC4, 0xE2, 0x78, 0x49, 0x07,                               /* ldtilecfg [rdi] */
        0xC3,                                                       /* ret */
        /* Release */
        0xC4, 0xE2, 0x78, 0x49, 0xC0,                               /* tilerelease */
        0xC3,                                                       /* ret */
    ]);

    /// <summary>True where this process may have code of its own in memory.</summary>
    public static bool IsMapped => Start != 0;

    /// <summary>Sums of the products of 2 × 16 pixels' unsigned bytes with 2 × 16 outputs' signed ones, over all steps, in 32 bits.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<TileProduct*, void> Multiply => (delegate* unmanaged[SuppressGCTransition]<TileProduct*, void>)Start;

    /// <summary>Shapes the calling thread's tiles, after 64 bytes as LDTILECFG takes them.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<byte*, void> Configure => (delegate* unmanaged[SuppressGCTransition]<byte*, void>)(Start + 0xA3);

    /// <summary>Gives the calling thread's tiles up.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<void> Release => (delegate* unmanaged[SuppressGCTransition]<void>)(Start + 0xA9);

    // 0 where a policy forbids it.
    private static nint Map(ReadOnlySpan<byte> code)
    {
        var memory = MemoryMap(0, code.Length, ReadWrite, PrivateAnonymous, -1, 0);
        if (memory == -1)
        {
            return 0;
        }

        code.CopyTo(new Span<byte>((void*)memory, code.Length));
        if (MemoryProtect(memory, code.Length, ReadExecute) == 0)
        {
            return memory;
        }

        _ = MemoryUnmap(memory, code.Length);
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MemoryUnmap(nint address, nint length);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MemoryMap(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int MemoryProtect(nint address, nint length, int protection);
}

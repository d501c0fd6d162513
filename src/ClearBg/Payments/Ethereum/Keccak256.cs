using System.Buffers.Binary;
using System.Numerics;

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// Ethereum's hash: Keccak with 256 bits of output as submitted to the SHA-3 contest. The permutation is FIPS 202's Keccak-f[1600] (section 3); the padding is the
/// contest's 0x01, where SHA3-256 has 0x06, so the base library's SHA3_256 gives other digests.
/// </summary>
internal static class Keccak256
{
    /// <summary>Bytes in a digest.</summary>
    public const int Length = 32;

    /// <summary>Bytes taken in between two permutations: 1600 bits less twice the digest's.</summary>
    private const int Rate = 136;

    private const int Lanes = 25;

    /// <summary>FIPS 202, 3.2.5: the constants of ι.</summary>
    private static readonly ulong[] RoundConstants =
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>FIPS 202, 3.2.2 and 3.2.3 as one walk over the lanes from (1, 0): where π moves the lane in hand to, and by how many bits ρ turns it.</summary>
    private static readonly (int Lane, int Turn)[] Walk =
    [
        (10, 1), (7, 3), (11, 6), (17, 10), (18, 15), (3, 21), (5, 28), (16, 36), (8, 45), (21, 55), (24, 2), (4, 14),
        (15, 27), (23, 41), (19, 56), (13, 8), (12, 25), (2, 43), (20, 62), (14, 18), (22, 39), (9, 61), (6, 20), (1, 44),
    ];

    /// <summary>The digest of any number of bytes.</summary>
    public static Bytes32 Hash(ReadOnlySpan<byte> data)
    {
        Span<ulong> state = stackalloc ulong[Lanes];
        state.Clear();
        while (data.Length >= Rate)
        {
            Absorb(state, data[..Rate]);
            data = data[Rate..];
        }

        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);

        // The two ends of the padding fall on one byte where 135 bytes are left.
        last[data.Length] ^= 0x01;
        last[^1] ^= 0x80;
        Absorb(state, last);

        Span<byte> digest = stackalloc byte[Length];
        for (var i = 0; i < Length / sizeof(ulong); i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(digest[(i * sizeof(ulong))..], state[i]);
        }

        return new Bytes32(digest);
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < Rate / sizeof(ulong); i++)
        {
            state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(i * sizeof(ulong))..]);
        }

        Permute(state);
    }

    private static void Permute(Span<ulong> state)
    {
        Span<ulong> row = stackalloc ulong[5];
        foreach (var constant in RoundConstants)
        {
            // θ
            for (var x = 0; x < 5; x++)
            {
                row[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
            }

            for (var x = 0; x < 5; x++)
            {
                var parity = row[(x + 4) % 5] ^ BitOperations.RotateLeft(row[(x + 1) % 5], 1);
                for (var y = 0; y < Lanes; y += 5)
                {
                    state[y + x] ^= parity;
                }
            }

            // ρ and π
            var inHand = state[1];
            foreach (var (lane, turn) in Walk)
            {
                (inHand, state[lane]) = (state[lane], BitOperations.RotateLeft(inHand, turn));
            }

            // χ
            for (var y = 0; y < Lanes; y += 5)
            {
                state.Slice(y, 5).CopyTo(row);
                for (var x = 0; x < 5; x++)
                {
                    state[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
                }
            }

            // ι
            state[0] ^= constant;
        }
    }
}

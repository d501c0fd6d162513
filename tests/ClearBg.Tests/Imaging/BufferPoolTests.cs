using System.Globalization;
using ClearBg.Imaging;

namespace ClearBg.Tests.Imaging;

public class BufferPoolTests
{
    [Fact]
    public void Counts_what_is_out_and_what_is_kept()
    {
        using var pool = new BufferPool(1 << 20);
        var one = pool.Rent(100_000);
        var rented = pool.Rented;
        Assert.InRange(rented, 100_000, 125_000);
        Assert.Equal(0, pool.Kept);

        one.Dispose();
        one.Dispose();

        Assert.Equal((0, rented), (pool.Rented, pool.Kept));
        using var again = pool.Rent(100_000);
        Assert.Equal((rented, 0), (pool.Rented, pool.Kept));
    }

    [Fact]
    public void Keeps_no_more_than_its_capacity_and_gives_everything_back_when_trimmed()
    {
        using var pool = new BufferPool(300_000);
        var buffers = Enumerable.Range(0, 5).Select(_ => pool.Rent(100_000)).ToList();
        buffers.ForEach(static buffer => buffer.Dispose());

        Assert.InRange(pool.Kept, 200_000, 300_000);
        Assert.Equal(0, pool.Rented);
        pool.Trim();
        Assert.Equal(0, pool.Kept);
    }

    [Fact]
    public void Sizes_that_nobody_asks_for_any_more_make_room_for_those_that_come()
    {
        using var pool = new BufferPool(300_000);
        var old = Enumerable.Range(0, 3).Select(_ => pool.Rent(90_000)).ToList();
        old.ForEach(static buffer => buffer.Dispose());

        pool.Rent(200_000).Dispose();
        var kept = pool.Kept;
        using var again = pool.Rent(200_000);

        Assert.InRange(kept, 200_000, 300_000);
        Assert.Equal(kept - pool.Rented, pool.Kept);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4097)]
    [InlineData(1_000_003)]
    [InlineData(150_000_001)]
    public void A_buffer_is_as_long_as_asked_for_aligned_and_at_most_a_quarter_too_large(long length)
    {
        using var pool = new BufferPool(0);
        using var buffer = pool.Rent(length);

        Assert.Equal(length, buffer.Length);
        unsafe
        {
            Assert.Equal(0, (long)buffer.Pointer % 64);
        }

        Assert.InRange(pool.Rented, length, Math.Max(4096 * 2, length * 5 / 4));
    }

    [Fact]
    public unsafe void A_large_buffer_asks_Linux_for_large_pages()
    {
        if (!Directory.Exists("/sys/kernel/mm/transparent_hugepage"))
        {
            return;
        }

        using var pool = new BufferPool(0);
        using var buffer = pool.Rent(20_000_000);

        // proc_pid_smaps(5): a mapping's first line is its range, its last one its flags, with hg for MADV_HUGEPAGE.
        var middle = (ulong)buffer.Pointer + 10_000_000;
        var mapping = File.ReadLines("/proc/self/smaps").SkipWhile(line => !IsRangeAround(line, middle)).First(static line => line.StartsWith("VmFlags:", StringComparison.Ordinal));
        Assert.Contains("hg", mapping.Split(' '), StringComparer.Ordinal);

        static bool IsRangeAround(string line, ulong address) =>
            line.Split(' ')[0].Split('-') is [var from, var to]
            && ulong.TryParse(from, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var first) && ulong.TryParse(to, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var end)
            && first <= address && address < end;
    }

    [Fact]
    public void A_buffer_given_back_can_not_be_read()
    {
        using var pool = new BufferPool(1 << 20);
        var buffer = pool.Rent(10);
        buffer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => buffer.Bytes.Length);
    }

    [Fact]
    public void Many_threads_never_share_a_buffer()
    {
        using var pool = new BufferPool(1 << 22);
        Parallel.For(0, 20_000, i =>
        {
            using var buffer = pool.Rent(4096 + (i % 7 * 5000));
            buffer.Bytes.Fill((byte)i);
            Assert.False(buffer.Bytes.ContainsAnyExcept((byte)i));
        });

        Assert.Equal(0, pool.Rented);
    }
}

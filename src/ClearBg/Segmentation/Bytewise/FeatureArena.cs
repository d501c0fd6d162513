namespace ClearBg.Segmentation.Bytewise;

/// <summary>Gives buffers their places in one block of memory, such that those which are in use at the same time don't overlap: the largest first, each as low as it fits.</summary>
internal static class FeatureArena
{
    /// <summary>Sets all addresses.</summary>
    /// <returns>Bytes that an inference needs.</returns>
    public static long Place(IEnumerable<FeatureBuffer> buffers)
    {
        var (placed, size) = (new List<FeatureBuffer>(), 0L);
        foreach (var buffer in buffers.OrderByDescending(static buffer => buffer.Bytes))
        {
            buffer.Address = 0;
            foreach (var other in placed.Where(other => other.FirstStep <= buffer.LastStep && buffer.FirstStep <= other.LastStep).OrderBy(static other => other.Address))
            {
                if (buffer.Address + buffer.Bytes <= other.Address)
                {
                    break;
                }

                buffer.Address = Math.Max(buffer.Address, other.Address + other.Bytes);
            }

            placed.Add(buffer);
            size = Math.Max(size, buffer.Address + buffer.Bytes);
        }

        return size;
    }
}

namespace ClearBg.Segmentation.Bytewise;

/// <summary>How many threads compute side by side without sharing a core's units.</summary>
internal static class Cores
{
    /// <summary>Cores of this machine, at most as many as this process may use at once (<see cref="Environment.ProcessorCount"/> knows the limits of containers).</summary>
    public static int Physical { get; } = Math.Min(Environment.ProcessorCount, Count() is > 0 and var count ? count : Environment.ProcessorCount);

    // https://docs.kernel.org/admin-guide/cputopology.html: processors of one core name the same list.
    private static int Count()
    {
        try
        {
            return Directory.EnumerateDirectories("/sys/devices/system/cpu", "cpu*").Select(static cpu => Path.Combine(cpu, "topology", "core_cpus_list"))
                .Where(File.Exists).Select(File.ReadAllText).Distinct(StringComparer.Ordinal).Count();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}

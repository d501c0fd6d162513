using ClearBg.Segmentation.Amx;

namespace ClearBg.Tests.Segmentation.Amx;

public class CoresTests
{
    [Fact]
    public void Counts_no_more_cores_than_this_process_may_use() => Assert.InRange(Cores.Physical, 1, Environment.ProcessorCount);
}

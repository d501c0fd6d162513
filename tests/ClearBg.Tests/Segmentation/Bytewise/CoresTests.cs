using ClearBg.Segmentation.Bytewise;

namespace ClearBg.Tests.Segmentation.Bytewise;

public class CoresTests
{
    [Fact]
    public void Counts_no_more_cores_than_this_process_may_use() => Assert.InRange(Cores.Physical, 1, Environment.ProcessorCount);
}

using ClearBg.Jobs;
using ClearBg.Segmentation.Refinement;

namespace ClearBg.Tests.Jobs;

public class HeadStartTests
{
    [Theory]
    [InlineData(RefinementLevel.None)]
    [InlineData(RefinementLevel.Fine)]
    internal void What_goes_wrong_in_it_would_be_told_by_nobody(RefinementLevel level)
    {
        Assert.Null(Record.Exception(() => HeadStart.CutOutDisc(level)));
    }
}

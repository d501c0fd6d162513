using ClearBg.Jobs;

namespace ClearBg.Tests.Jobs;

public class HeadStartTests
{
    [Fact]
    public void What_goes_wrong_in_it_would_be_told_by_nobody()
    {
        Assert.Null(Record.Exception(HeadStart.CutOutDisc));
    }
}

using ClearBg.Jobs;

namespace ClearBg.Tests.Jobs;

public class OutcomeTests
{
    [Fact]
    public void Holds_a_value_or_the_failure_in_its_place()
    {
        Outcome<string> value = "picture";
        Outcome<string> refused = new Failure(FailureCode.FileTooLarge, "26 MB");

        Assert.True(value.Succeeded(out var held, out _));
        Assert.Equal("picture", held);
        Assert.False(refused.Succeeded(out _, out var failure));
        Assert.Equal(FailureCode.FileTooLarge, failure.Code);
    }
}

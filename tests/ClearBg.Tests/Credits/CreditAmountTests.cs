using ClearBg.Credits;
using FsCheck;
using FsCheck.Fluent;

namespace ClearBg.Tests.Credits;

public class CreditAmountTests
{
    [Theory]
    [InlineData("1", 1000, "1")]
    [InlineData("0.25", 250, "0.25")]
    [InlineData("0.250", 250, "0.25")]
    [InlineData("-3.5", -3500, "-3.5")]
    [InlineData("0.001", 1, "0.001")]
    [InlineData("0", 0, "0")]
    [InlineData("1000000", 1_000_000_000, "1000000")]
    [InlineData("1000000000000", CreditAmount.MaxThousandths, "1000000000000")]
    [InlineData("-1000000000000.000", -CreditAmount.MaxThousandths, "-1000000000000")]
    public void Reads_and_writes_credits_exactly(string text, long thousandths, string written)
    {
        Assert.True(CreditAmount.TryParse(text, out var amount));

        Assert.Equal(thousandths, amount.Thousandths);
        Assert.Equal(written, amount.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1,5")]
    [InlineData("1e3")]
    [InlineData("0x1")]
    [InlineData("0.0001")]
    [InlineData("0.00000000000000000000000000000000001")]
    [InlineData("1000000000000.001")]
    [InlineData("79228162514264337")]
    [InlineData("NaN")]
    [InlineData("one")]
    public void Refuses_what_it_could_not_keep_exactly(string? text) => Assert.False(CreditAmount.TryParse(text, out _));

    [Fact]
    public void Reads_what_it_writes() => Prop.ForAll<long>(number =>
    {
        var amount = new CreditAmount(number % (CreditAmount.MaxThousandths + 1));
        return CreditAmount.TryParse(amount.ToString(), out var read) && read == amount;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Goes_into_JSON_without_zeros_at_its_end() =>
        Assert.Equal("[1,0.25,10,99.5]", System.Text.Json.JsonSerializer.Serialize(((long[])[1000, 250, 10_000, 99_500]).Select(number => new CreditAmount(number).ToDecimal())));

    [Fact]
    public void Adds_subtracts_and_compares()
    {
        var (quarter, one) = (new CreditAmount(250), new CreditAmount(1000));

        Assert.Equal(new CreditAmount(1250), quarter + one);
        Assert.Equal(new CreditAmount(-750), quarter - one);
        Assert.True(quarter < one && one > quarter && quarter <= one && one >= quarter && one.CompareTo(quarter) > 0);
        Assert.Throws<OverflowException>(() => new CreditAmount(long.MaxValue) + quarter);
    }
}

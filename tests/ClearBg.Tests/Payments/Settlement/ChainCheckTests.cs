using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Settlement;

/// <summary>Whether payments are taken at all, and what the operator reads when they are not.</summary>
public class ChainCheckTests
{
    [Fact]
    public async Task Takes_payments_on_the_right_chain_with_gas_money_and_says_how_much_there_is()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();

        Assert.Null(await settlement.CheckAsync(CancellationToken.None));
        Assert.Equal(0.1, settling.Metrics.SettlerBalance);
    }

    [Fact]
    public async Task Takes_none_on_another_chain()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.ChainId = 1;

        Assert.Contains("another chain", await ReasonAsync(settling), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x")]
    [InlineData("0x02fa7265e7c5d81118673727957699e4d68f74cd74b7db77da710fe8a2c7834f")]
    public async Task Takes_none_where_the_token_would_check_other_signatures(string separator)
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_call"] = _ => separator;

        Assert.Contains("DOMAIN_SEPARATOR", await ReasonAsync(settling), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_none_while_the_token_is_paused()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_call"] = parameters =>
            (string)parameters[0]!["data"]! == "0x5c975abb" ? "0x" + new string('0', 63) + "1" : settling.Chain.Usual("eth_call", parameters);

        Assert.Contains("paused", await ReasonAsync(settling), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_none_while_gas_costs_too_much()
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.BaseFee = BigInteger.Pow(10, 10);

        Assert.Contains("gas costs more", await ReasonAsync(settling), StringComparison.Ordinal);
    }

    /// <summary>A rollup's price for putting a transaction's bytes on the chain below may be the larger part.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task Takes_none_while_gas_and_the_transactions_bytes_together_cost_too_much(long more, bool isTaken)
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.DataFee = settling.Budget - (100_000 * 2_000_000L) + more;

        Assert.Equal(isTaken, await ReasonAsync(settling) is null);
    }

    [Theory]
    [InlineData("0x01")]
    [InlineData("0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001")]
    public async Task Takes_none_where_the_price_of_a_transactions_bytes_is_no_number(string price)
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.Scripted["eth_call"] = parameters =>
            (string)parameters[0]!["to"]! == GasPriceOracle.Address.ToString() ? price : settling.Chain.Usual("eth_call", parameters);

        Assert.Contains("no usable answer", await ReasonAsync(settling), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7_000)]
    public async Task Takes_none_without_gas_money(int? dataFee)
    {
        await using var settling = await Settling.StartAsync();
        settling.Chain.DataFee = dataFee;
        settling.Chain.Balance = (100_000 * 3_000_000L) + (dataFee ?? 0);
        Assert.Null(await ReasonAsync(settling));

        settling.Chain.Balance--;
        Assert.Contains("too little ether", await ReasonAsync(settling), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eth_chainId")]
    [InlineData("eth_call")]
    [InlineData("eth_getBlockByNumber")]
    [InlineData("eth_getBalance")]
    public async Task Takes_none_while_the_node_is_gone_and_some_when_it_is_back(string method)
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        settling.Chain.Scripted[method] = _ => throw new IOException();
        Assert.Contains("no usable answer", (await settlement.CheckAsync(CancellationToken.None))!.Reason, StringComparison.Ordinal);

        settling.Chain.Scripted.Clear();
        settling.Time.Pass(TimeSpan.FromSeconds(5));
        Assert.Null(await settlement.CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Asks_the_node_once_in_five_seconds_however_many_want_to_know()
    {
        await using var settling = await Settling.StartAsync();
        using var settlement = settling.Start();
        var asked = 0;
        settling.Chain.Scripted["eth_getBalance"] = parameters =>
        {
            asked++;
            return settling.Chain.Usual("eth_getBalance", parameters);
        };

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => settlement.CheckAsync(CancellationToken.None)));
        Assert.Equal(1, asked);

        settling.Time.Pass(TimeSpan.FromSeconds(5));
        await settlement.CheckAsync(CancellationToken.None);
        Assert.Equal(2, asked);
    }

    private static async Task<string?> ReasonAsync(Settling settling)
    {
        using var settlement = settling.Start();
        return (await settlement.CheckAsync(CancellationToken.None))?.Reason;
    }
}

using ClearBg.Cli;
using ClearBg.Tests.Payments;

namespace ClearBg.Tests.Cli;

public class PaymentsCommandTests
{
    [Fact]
    public async Task List_writes_tab_separated_lines_the_newest_first()
    {
        await using var installation = await Installation.CreateAsync();
        await installation.Store.Store.MigrateAsync();
        using var books = new PaymentBooks(installation.Store, TimeProvider.System);
        var (settled, settling) = (new PaymentForm().Payment(), new PaymentForm().Payment());
        await books.BeginSettlingAsync(settled);
        await books.Records.SettledAsync(settled.Id, ScriptedSettlement.Hash, CancellationToken.None);
        await books.BeginSettlingAsync(settling);

        var (code, output, error) = await installation.RunAsync("payments", "list");
        var (_, one, _) = await installation.RunAsync("payments", "list", "--state", "settled");
        var (_, first, _) = await installation.RunAsync("payments", "list", "--limit", "1");

        Assert.Equal((0, ""), (code, error));
        var payer = settled.Authorization.From;
        Assert.Contains($"{settled.Id}\tsettled\t0.05\t{payer}\t{ScriptedSettlement.Hash}\t", output, StringComparison.Ordinal);
        Assert.Matches($@"(?m)^{settling.Id}\tsettling\t0\.05\t{payer}\t\t\d+s\r?$", output);
        Assert.StartsWith(settled.Id, one, StringComparison.Ordinal);
        Assert.Single(one.Trim().Split('\n'));
        Assert.Single(first.Trim().Split('\n'));
    }

    [Fact]
    public async Task Show_says_everything_but_the_signature()
    {
        await using var installation = await Installation.CreateAsync();
        await installation.Store.Store.MigrateAsync();
        using var books = new PaymentBooks(installation.Store, TimeProvider.System);
        var payment = new PaymentForm { ValidAfter = "17" }.Payment();
        var lease = await books.BeginSettlingAsync(payment);
        await books.Records.FailedAsync(payment.Id, lease, "insufficient_funds", CancellationToken.None);
        await installation.Store.ScalarAsync($"INSERT INTO sent_transactions VALUES ('{ScriptedSettlement.Hash}', '{payment.Id}', '0x2', 84532, 66, '0x', '1', '1', 1, 1, 1, 0)");

        var (code, output, error) = await installation.RunAsync("payments", "show", payment.Id);

        Assert.Equal((0, ""), (code, error));
        foreach (var line in (string[])[$"ID: {payment.Id}", "State: failed", "Reason: insufficient_funds", "Network: base-sepolia", $"Paid to: {PaymentForm.PayTo}", "Valid after: 17",
            $"Sent: {ScriptedSettlement.Hash} with nonce 66"])
        {
            Assert.Contains(line, output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("0x1111", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_says_why_it_cannot_and_what_has_ended_already()
    {
        await using var installation = await Installation.CreateAsync();
        await installation.Store.Store.MigrateAsync();
        using var books = new PaymentBooks(installation.Store, TimeProvider.System);
        var payment = new PaymentForm().Payment();
        await books.BeginSettlingAsync(payment);

        Assert.Equal(
            (1, "", $"No payments are taken now: Payments:PayTo is not set.{Environment.NewLine}It is on base-sepolia, which is not configured.{Environment.NewLine}"),
            await installation.RunAsync("payments", "resume", payment.Id));
        await books.Records.SettledAsync(payment.Id, ScriptedSettlement.Hash, CancellationToken.None);
        Assert.Equal((0, $"settled{Environment.NewLine}", ""), await installation.RunAsync("payments", "resume", payment.Id));
    }

    [Theory]
    [InlineData("show")]
    [InlineData("resume")]
    public async Task A_payment_that_is_not_there_fails(string verb)
    {
        await using var installation = await Installation.CreateAsync();

        Assert.Equal((1, "", PaymentsCommand.NoPayment + Environment.NewLine), await installation.RunAsync("payments", verb, "8453:0x1"));
    }

    [Theory]
    [InlineData]
    [InlineData("list", "--state", "lost")]
    [InlineData("list", "--state", "7")]
    [InlineData("list", "--limit", "0")]
    [InlineData("show")]
    [InlineData("resume", "a", "b")]
    public async Task A_wrong_command_line_exits_with_2(params string[] args)
    {
        await using var installation = await Installation.CreateAsync();

        var (code, output, error) = await installation.RunAsync(["payments", .. args]);

        Assert.Equal((2, ""), (code, output));
        Assert.False(string.IsNullOrWhiteSpace(error));
    }
}

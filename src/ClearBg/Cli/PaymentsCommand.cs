using System.CommandLine;
using System.Globalization;
using ClearBg.Payments;
using ClearBg.Payments.Settlement;
using ClearBg.Storage;
using Microsoft.Extensions.Options;

namespace ClearBg.Cli;

/// <summary><c>payments list</c>, <c>show</c> and <c>resume</c>: what was paid for single pictures, and what is still on its way.</summary>
internal static class PaymentsCommand
{
    public const string NoPayment = "There is no such payment. \"payments list\" shows the latest.";

    private static readonly string[] Heading = ["ID", "State", "USDC", "Payer", "Transaction", "Age"];

    /// <summary>The command with its three verbs.</summary>
    public static Command Create(VerbHost host) => new("payments", "Payments for single pictures (x402).") { ListVerb(host), ShowVerb(host), ResumeVerb(host) };

    private static Command ListVerb(VerbHost host)
    {
        var state = new Option<PaymentState?>("--state")
        {
            Description = "Only payments in this state: working, settling, settled or failed.", HelpName = "STATE",
            CustomParser = CommandValue.OneOf([.. Enum.GetValues<PaymentState>().Select(static state => (PaymentRecords.Text(state), state))]),
        };
        var limit = new Option<long>("--limit")
        {
            Description = "How many, the newest first.", HelpName = "N", DefaultValueFactory = _ => 100, CustomParser = CommandValue.Count(1, 1_000_000),
        };
        var verb = new Command("list", "Lists the latest payments; tab-separated when redirected.") { state, limit };
        verb.SetAction((line, cancellation) => host.RunOnPaymentsAsync(line, async services =>
        {
            var records = await services.GetRequiredService<PaymentRecords>().ListAsync(line.GetValue(state), line.GetValue(limit), cancellation);
            var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
            var output = line.InvocationConfiguration.Output;
            Listing.Write(output, Heading, records.Select(record => Row(record, now)), Listing.IsTerminal(output));
            return 0;
        }, cancellation));
        return verb;
    }

    private static Command ShowVerb(VerbHost host)
    {
        var id = IdOfOne();
        var verb = new Command("show", "Shows everything about a payment, a line each.") { id };
        verb.SetAction((line, cancellation) => host.RunOnPaymentsAsync(line, async services =>
        {
            if (await services.GetRequiredService<PaymentRecords>().FindAsync(line.GetRequiredValue(id), cancellation) is not { } record)
            {
                return await line.FailAsync(NoPayment);
            }

            // Whose nonces they are says nothing here.
            var sent = await services.GetRequiredService<SentTransactions>().FindAsync(record.Payment.Id, default, cancellation);
            foreach (var (name, value) in Facts(record).Concat(sent.Select(static transaction => ("Sent", $"{transaction.Hash} with nonce {Listing.Number(transaction.Nonce)}"))))
            {
                await line.InvocationConfiguration.Output.WriteLineAsync($"{name}: {value}");
            }

            return 0;
        }, cancellation));
        return verb;
    }

    private static Command ResumeVerb(VerbHost host)
    {
        var id = IdOfOne();
        var verb = new Command("resume", "Goes on with a payment that is settling, looks whether one that failed was paid after all, and says what became of it. A running server does so by itself.") { id };
        verb.SetAction((line, cancellation) => host.RunOnPaymentsAsync(line, async services =>
        {
            var records = services.GetRequiredService<PaymentRecords>();
            if (await records.FindAsync(line.GetRequiredValue(id), cancellation) is not { } record)
            {
                return await line.FailAsync(NoPayment);
            }

            // What was sent may be in a block, whatever keeps others from being sent.
            if (record.State == PaymentState.Settling && await services.GetRequiredService<ISettlement>().CheckAsync(cancellation) is { } fault)
            {
                await line.InvocationConfiguration.Error.WriteLineAsync($"No payments are taken now: {fault.Reason}.");
            }

            if (record.State == PaymentState.Settling && PaymentTerms.Of(services.GetRequiredService<IOptions<PaymentsOptions>>().Value)?.Network != record.Payment.Network)
            {
                return await line.FailAsync($"It is on {record.Payment.Network.Name}, which is not configured.");
            }

            var collector = services.GetRequiredService<PaymentCollector>();
            if (record.State == PaymentState.Failed)
            {
                await collector.FindLateAsync(record.Payment, cancellation);
            }

            var isTaken = await collector.ResumeAsync(record.Payment, cancellation) is not null;
            record = await records.FindAsync(record.Payment.Id, cancellation);
            await line.InvocationConfiguration.Output.WriteLineAsync(record is null ? "forgotten" : PaymentRecords.Text(record.State));
            return record is not { State: PaymentState.Settling } ? 0
                : await line.FailAsync(isTaken ? "The chain hasn't decided yet; try again later." : "A server is at it.");
        }, cancellation));
        return verb;
    }

    private static Argument<string> IdOfOne() => new("id") { Description = "Id of the payment: chain:token:payer:nonce, as listed." };

    private static string[] Row(PaymentRecord record, DateTimeOffset now) =>
    [
        record.Payment.Id, PaymentRecords.Text(record.State), Amount(record), record.Payment.Authorization.From.ToString(), record.Transaction ?? "", Age(now - record.CreatedAt),
    ];

    private static IEnumerable<(string Name, string Value)> Facts(PaymentRecord record)
    {
        var signed = record.Payment.Authorization;
        return
        [
            ("ID", record.Payment.Id),
            ("State", PaymentRecords.Text(record.State)),
            ("Reason", record.Reason ?? ""),
            ("Network", record.Payment.Network.Name),
            ("USDC", Amount(record)),
            ("Payer", signed.From.ToString()),
            ("Paid to", signed.To.ToString()),
            ("Transaction", record.Transaction ?? ""),
            ("Identifier", record.Identifier ?? ""),
            ("x402 version", Listing.Number(record.Payment.Version)),
            ("Valid after", signed.ValidAfter.ToString(CultureInfo.InvariantCulture)),
            ("Valid before", signed.ValidBefore.ToString(CultureInfo.InvariantCulture)),
            ("Created", Listing.Time(record.CreatedAt)),
            ("Settled", Listing.Time(record.SettledAt)),
            ("Held until", record.State is PaymentState.Working or PaymentState.Settling ? Listing.Time(record.LeasedUntil) : ""),
        ];
    }

    private static string Amount(PaymentRecord record) => ((decimal)record.Payment.Authorization.Value / 1_000_000m).ToString("0.00####", CultureInfo.InvariantCulture);

    /// <summary>Days, hours, minutes and seconds, without the larger ones that are 0: <c>3m 20s</c>.</summary>
    private static string Age(TimeSpan age)
    {
        (long Count, string Unit)[] parts = [((long)age.TotalDays, "d"), (age.Hours, "h"), (age.Minutes, "m"), (age.Seconds, "s")];
        return string.Join(' ', parts.SkipWhile(static part => part is { Count: <= 0, Unit: not "s" }).Take(2).Select(static part => string.Create(CultureInfo.InvariantCulture, $"{part.Count}{part.Unit}")));
    }

    extension(VerbHost host)
    {
        /// <summary>Runs <paramref name="verb"/> as <see cref="VerbHost.RunAsync"/> does, on a database that is up to date.</summary>
        private Task<int> RunOnPaymentsAsync(ParseResult line, Func<IServiceProvider, Task<int>> verb, CancellationToken cancellation) =>
            host.RunAsync(line, static services => services.AddStorage().AddPayments(), async services =>
            {
                await services.GetRequiredService<Store>().MigrateAsync(cancellation);
                return await verb(services);
            });
    }
}

using System.Data.Common;
using System.Globalization;
using System.Numerics;
using ClearBg.Payments.Ethereum;
using ClearBg.Storage;

namespace ClearBg.Payments;

/// <summary>How far a payment is.</summary>
internal enum PaymentState
{
    /// <summary>Claimed; the picture is worked on. Nothing was sent, and nothing is owed.</summary>
    Working,

    /// <summary>The answer is stored, and the payment may have been sent. From here on it ends as settled or failed, whatever else happens.</summary>
    Settling,

    /// <summary>Paid.</summary>
    Settled,

    /// <summary>Certainly not paid by us, and never to be. Whoever else has the signature may still hand it in.</summary>
    Failed,
}

/// <summary>A payment as it is kept.</summary>
/// <param name="Payment">As it came first, rebuilt.</param>
/// <param name="RequestHash">What it pays for: <see cref="Jobs.PaidFingerprint"/>.</param>
/// <param name="Identifier">The payer's name for it, or null.</param>
/// <param name="State">How far it is.</param>
/// <param name="Reason">Why it failed, of <see cref="PaymentReason"/>; else null.</param>
/// <param name="Transaction">The last hash that is known, or null.</param>
/// <param name="LeasedUntil">Until when a process is at it, or leaves it alone.</param>
/// <param name="IsPaused">Nobody is at it: its settlement rests until then, unless somebody asks for it.</param>
/// <param name="CreatedAt">When it was claimed.</param>
/// <param name="SettledAt">When it was known to be paid, or null.</param>
internal sealed record PaymentRecord(
    Payment Payment, string RequestHash, string? Identifier, PaymentState State, string? Reason, string? Transaction, DateTimeOffset LeasedUntil, bool IsPaused, DateTimeOffset CreatedAt, DateTimeOffset? SettledAt)
{
    /// <summary>What <see cref="Read"/> reads, in its order.</summary>
    public const string Columns =
        "request_hash, identifier, state, reason, transaction_hash, version, network, payer, pay_to, amount, valid_after, valid_before, nonce, signature, leased_until, lease, created_at, settled_at";

    /// <summary>The row that a reader stands on.</summary>
    public static PaymentRecord Read(DbDataReader row)
    {
        var authorization = new TransferAuthorization(
            AddressIn(row.GetString(7)), AddressIn(row.GetString(8)), NumberIn(row.GetString(9)), NumberIn(row.GetString(10)), NumberIn(row.GetString(11)),
            Bytes32.TryParse(row.GetString(12), out var nonce) ? nonce : throw Corrupt());
        var payment = new Payment(
            (int)row.GetInt64(5),
            PaymentNetwork.TryFind(row.GetString(6), out var network) ? network : throw Corrupt(),
            authorization,
            Hex.TryParse(row.GetString(13), out var signature) ? signature : throw Corrupt());
        return new PaymentRecord(
            payment, row.GetString(0), TextIn(row, 1), Enum.Parse<PaymentState>(row.GetString(2), ignoreCase: true), TextIn(row, 3), TextIn(row, 4), row.GetTime(14), row.GetString(15).Length == 0,
            row.GetTime(16), row.IsDBNull(17) ? null : row.GetTime(17));
    }

    private static string? TextIn(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static Address AddressIn(string text) => Address.TryParse(text, out var address) ? address : throw Corrupt();

    private static BigInteger NumberIn(string text) => BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static InvalidDataException Corrupt() => new("A payment in the database is not as it was written.");
}

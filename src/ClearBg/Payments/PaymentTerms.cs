using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments;

/// <summary>What a picture costs, where and to whom: the one thing that payments are compared with, whatever a client says that it was offered.</summary>
/// <param name="Network">The chain.</param>
/// <param name="PayTo">Who is paid.</param>
/// <param name="Amount">In the token's smallest unit.</param>
/// <param name="Resource">The absolute URL of what is paid for, made of the configuration alone.</param>
internal sealed record PaymentTerms(PaymentNetwork Network, Address PayTo, long Amount, string Resource)
{
    /// <summary>The one scheme: a payment of exactly the amount.</summary>
    public const string Scheme = "exact";

    /// <summary>The path that is paid for.</summary>
    public const string Path = "/v1/remove-background";

    /// <summary>How long a client should make its authorization hold, seconds: waiting, work and settlement, with room.</summary>
    public const int TimeoutSeconds = 120;

    /// <summary>
    /// How far from now an authorization may end: until then it isn't certain of an open transaction that it will never pay. Some clients sign for longer than they are told.
    /// </summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromHours(1);

    /// <summary>Most seconds from the end of the work to the block that settles it: the token compares with the block's time, and Base makes one every two.</summary>
    public static readonly TimeSpan SettlementTime = TimeSpan.FromSeconds(6);

    /// <summary>
    /// What a picture of 12 megapixels takes on two busy cores, measured at 2 to 5 seconds, with room. An authorization that ends sooner isn't worked on; one that
    /// ends while a longer work runs is noticed before it is settled.
    /// </summary>
    public static readonly TimeSpan ExpectedWork = TimeSpan.FromSeconds(10);

    /// <summary>The terms that valid options say; null where payments are not offered.</summary>
    public static PaymentTerms? Of(PaymentsOptions options) =>
        options.IsOffered && PaymentNetwork.TryFind(options.Network, out var network) && Address.TryParse(options.PayTo, out var payTo)
            ? new PaymentTerms(network, payTo, options.Amount, options.PublicUrl.TrimEnd('/') + Path)
            : null;
}

using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using ClearBg.Payments.Ethereum;
using Microsoft.Extensions.Options;

namespace ClearBg.Payments;

/// <summary>
/// How pictures are paid for one by one, with USDC by x402: section <c>Payments</c> of the configuration. Offered where <see cref="PayTo"/> is set; then
/// <see cref="PublicUrl"/> and <see cref="RpcUrl"/> are needed, and one way to settle: a settler key, or <see cref="FacilitatorUrl"/>.
/// </summary>
internal sealed class PaymentsOptions : IValidatableObject
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Payments";

    /// <summary>Longest public URL, so that the offer's header stays within what proxies take.</summary>
    private const int LongestUrl = 200;

    /// <summary>Millionths of a dollar in one: USDC has six decimals.</summary>
    private const decimal AtomicUnits = 1_000_000m;

    /// <summary>The chain: base (real money) or base-sepolia (the test network, the default).</summary>
    public string Network { get; set; } = PaymentNetwork.BaseSepolia.Name;

    /// <summary>The address that is paid: 0x and 40 hexadecimal digits. Empty, the default: payments are not offered.</summary>
    public string PayTo { get; set; } = "";

    /// <summary>US dollars a picture, 0.000001 to 1,000 with at most six decimals; 0.05 by default.</summary>
    public decimal Price { get; set; } = 0.05m;

    /// <summary>Where clients reach this gateway, such as https://api.example.com: the offer names it, and never what a request says in its Host header.</summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>A JSON-RPC node of the chain. It may hold an access key, so it is never shown. Needed with either way to settle.</summary>
    public string RpcUrl { get; set; } = "";

    /// <summary>An x402 facilitator that settles in place of a key of our own.</summary>
    public string FacilitatorUrl { get; set; } = "";

    /// <summary>The key that hands payments in, 64 hexadecimal digits. It needs ether for gas, and nothing else should be its.</summary>
    public string SettlerKey { get; set; } = "";

    /// <summary>A file with the key, in place of <see cref="SettlerKey"/>: a mounted secret.</summary>
    public string SettlerKeyFile { get; set; } = "";

    /// <summary>Most gwei (billionths of an ether) a unit of gas, more than 0 to 100,000; 5 by default.</summary>
    public decimal MaxFeePerGas { get; set; } = 5m;

    /// <summary>US dollars an ether, 1 to 1,000,000; 4,000 by default. Only <see cref="MaxGasShare"/> uses it.</summary>
    public decimal EtherPrice { get; set; } = 4000m;

    /// <summary>Part of the price that gas, and what Base asks for a transaction's bytes, may cost, more than 0 to 1; 0.5 by default. Where they cost more, payments are not taken until they are cheaper.</summary>
    public decimal MaxGasShare { get; set; } = 0.5m;

    /// <summary>Seconds for one answer of the node or the facilitator, 1 to 60; 5 by default.</summary>
    [Range(1, 60)]
    public int RpcSeconds { get; set; } = 5;

    /// <summary>Seconds that a request waits for its payment to be settled, 1 to 120; 30 by default. What takes longer is answered as pending and followed on.</summary>
    [Range(1, 120)]
    public int SettlementSeconds { get; set; } = 30;

    /// <summary>Minutes that the answer to a paid request is kept, for the same request sent again, 1 to 10,080 (a week); 60 by default.</summary>
    [Range(1, 10_080)]
    public int AnswerMinutes { get; set; } = 60;

    /// <summary>Requests a minute without a good payment from one client address, 1 to 1,000,000; 30 by default.</summary>
    [Range(1, 1_000_000)]
    public int UnpaidPerMinute { get; set; } = 30;

    /// <summary>True where payments are to be offered.</summary>
    public bool IsOffered => PayTo.Length > 0;

    /// <summary>The price in the token's smallest unit; exact once the options are valid.</summary>
    public long Amount => (long)(Price * AtomicUnits);

    /// <summary>The settler's key, out of whichever place it is in. False where there is none that can be read and used.</summary>
    public bool TryReadSettlerKey([NotNullWhen(true)] out SettlerKey? key)
    {
        try
        {
            return Ethereum.SettlerKey.TryParse((SettlerKeyFile.Length > 0 ? File.ReadAllText(SettlerKeyFile) : SettlerKey).Trim(), out key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or CryptographicException)
        {
            // The last two also come from systems whose cryptography lacks the curve.
            key = null;
            return false;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Mistakes().Where(static mistake => mistake.IsMade).Select(static mistake => new ValidationResult($"{Section}:{mistake.Sentence}"));

    /// <summary>Sentences never repeat a URL or a key: both can be secrets.</summary>
    private IEnumerable<(bool IsMade, string Sentence)> Mistakes() =>
    [
        (!PaymentNetwork.TryFind(Network, out _), $"{nameof(Network)} must be {string.Join(" or ", PaymentNetwork.All.Select(static network => network.Name))}."),
        (IsOffered && (!Address.TryParse(PayTo, out var payTo) || payTo == default), $"{nameof(PayTo)} must be an address: 0x and 40 hexadecimal digits, not all 0."),
        (Price is <= 0 or > 1000 || decimal.Truncate(Price * AtomicUnits) != Price * AtomicUnits, $"{nameof(Price)} must be 0.000001 to 1000 dollars, with at most six decimals."),
        (PublicUrl.Length > 0 ? !IsBaseUrl(PublicUrl) : IsOffered, $"{nameof(PublicUrl)} must be this gateway's public http(s) URL, of at most {LongestUrl} characters and without a query."),
        (RpcUrl.Length > 0 && !IsUrl(RpcUrl), $"{nameof(RpcUrl)} must be an http(s) URL."),
        (FacilitatorUrl.Length > 0 && !IsUrl(FacilitatorUrl), $"{nameof(FacilitatorUrl)} must be an http(s) URL."),
        (SettlerKey.Length > 0 && SettlerKeyFile.Length > 0, $"{nameof(SettlerKey)} and {nameof(SettlerKeyFile)} can't both be set."),
        (HasKey && !HasUsableKey(), $"{(SettlerKeyFile.Length > 0 ? nameof(SettlerKeyFile) : nameof(SettlerKey))} must hold a private key: 64 hexadecimal digits."),
        (HasKey && FacilitatorUrl.Length > 0, $"{nameof(FacilitatorUrl)} and a settler key can't both be set."),
        (IsOffered && !HasKey && FacilitatorUrl.Length == 0, $"{nameof(PayTo)} needs {nameof(RpcUrl)} and {nameof(SettlerKey)} (or {nameof(SettlerKeyFile)} or {nameof(FacilitatorUrl)})."),
        ((HasKey || FacilitatorUrl.Length > 0) && RpcUrl.Length == 0, $"{nameof(RpcUrl)} is needed with a settler key or {nameof(FacilitatorUrl)}: what became of a payment only the chain can say."),
        (MaxFeePerGas is <= 0 or > 100_000, $"{nameof(MaxFeePerGas)} must be more than 0 and at most 100000 gwei."),
        (EtherPrice is < 1 or > 1_000_000, $"{nameof(EtherPrice)} must be 1 to 1000000 dollars."),
        (MaxGasShare is <= 0 or > 1, $"{nameof(MaxGasShare)} must be more than 0 and at most 1."),
    ];

    private bool HasKey => SettlerKey.Length > 0 || SettlerKeyFile.Length > 0;

    private bool HasUsableKey()
    {
        var isUsable = TryReadSettlerKey(out var key);
        key?.Dispose();
        return isUsable;
    }

    private static bool IsBaseUrl(string text) =>
        IsUrl(text) && text.Length <= LongestUrl && new Uri(text) is { Query.Length: 0, Fragment.Length: 0, UserInfo.Length: 0 };

    private static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https");
}

/// <summary>Reports every mistake in <see cref="PaymentsOptions"/> at once.</summary>
[OptionsValidator]
internal sealed partial class PaymentsOptionsValidator : IValidateOptions<PaymentsOptions>;

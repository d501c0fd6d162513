using ClearBg.Credits;
using ClearBg.Intake;

namespace ClearBg.Jobs;

/// <summary>Who pays for a removal, and how much.</summary>
/// <param name="Key">Whose account pays.</param>
/// <param name="PreviewPrice">Of an answer of the preview's size, which free calls pay for first; any other costs one credit.</param>
/// <param name="Address">The client's, for the limit of free calls.</param>
/// <param name="FreeCallsPerAddress">Pictures a day that free calls pay for from one address.</param>
/// <param name="IdempotencyKey">What the client names this request by, to be charged once however often it is sent; or null.</param>
internal sealed record Bill(ApiKey Key, CreditAmount PreviewPrice, string Address, int FreeCallsPerAddress, string? IdempotencyKey)
{
    public static readonly CreditAmount OneCredit = new(1000);

    /// <summary>
    /// What size auto means to this account: a preview of a picture that is no larger than that, else the largest size if the balance covers it, else a preview.
    /// Any other size is itself.
    /// </summary>
    public static SizeTier Resolve(SizeTier asked, PictureHeader picture, Balance balance) =>
        asked != SizeTier.Auto ? asked
        : OutputSize.FitsPreview(picture.Width, picture.Height) || balance.Total < OneCredit ? SizeTier.Preview
        : SizeTier.Auto;

    public CreditAmount PriceOf(SizeTier resolved) => resolved == SizeTier.Preview ? PreviewPrice : OneCredit;
}

/// <summary>What a removal would cost at this moment.</summary>
/// <param name="Price">Credits; none where a free call would pay.</param>
/// <param name="IsFreeCall">Whether one would.</param>
/// <param name="Output">The answer's size, before cropping.</param>
internal sealed record Quote(CreditAmount Price, bool IsFreeCall, OutputSize Output);

/// <summary>A removal that was paid.</summary>
/// <param name="Result">The cut-out, the caller's to dispose.</param>
/// <param name="Charged">Credits; none for a free call, and none for a request that was paid before.</param>
/// <param name="Remaining">Credits of the account, all funds.</param>
/// <param name="Most">The size that the largest answer to this request could have.</param>
/// <param name="Tag">The same for the same picture, options, size and model, 64 hexadecimal digits.</param>
internal sealed record ChargedPicture(RemovalResult Result, CreditAmount Charged, CreditAmount Remaining, OutputSize Most, string Tag) : IDisposable
{
    public void Dispose() => Result.Dispose();
}

using System.Numerics;

namespace ClearBg.Payments.Settlement;

/// <summary>What the operator spends on gas.</summary>
/// <param name="FeeCap">Most wei a unit of gas.</param>
/// <param name="Budget">Most wei that handing one payment in may be expected to cost.</param>
internal sealed record GasTerms(BigInteger FeeCap, BigInteger Budget)
{
    private const decimal WeiInGwei = 1e9m;
    private const decimal WeiInEther = 1e18m;

    public static GasTerms Of(PaymentsOptions options) => new(
        (BigInteger)(options.MaxFeePerGas * WeiInGwei),
        (BigInteger)(options.Price * options.MaxGasShare / options.EtherPrice * WeiInEther));
}

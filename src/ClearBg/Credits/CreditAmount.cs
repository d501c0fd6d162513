using System.Globalization;

namespace ClearBg.Credits;

/// <summary>Credits, exact to the thousandth; at most 10¹² of them either way. Arithmetic that leaves 64 bits throws <see cref="OverflowException"/>.</summary>
/// <param name="Thousandths">Thousandths of a credit: 250 is the price of a preview.</param>
internal readonly record struct CreditAmount(long Thousandths) : IComparable<CreditAmount>
{
    /// <summary>Characters of the longest text that is read, <c>-1000000000000.000</c>.</summary>
    private const int MaxTextLength = 18;

    /// <summary>The most that is read, granted or kept in a fund: 10¹² credits. Sums of thousands of them stay within 64 bits.</summary>
    public const long MaxThousandths = 1_000_000_000_000_000;

    /// <summary>As <see cref="MaxThousandths"/>.</summary>
    public static readonly CreditAmount Max = new(MaxThousandths);

    /// <summary>Reads <c>1</c>, <c>0.25</c> or <c>-3.5</c>. False for more than three decimals, an exponent, spaces, separators of thousands, or more than <see cref="Max"/>.</summary>
    public static bool TryParse(string? text, out CreditAmount amount)
    {
        amount = default;
        if (text is not { Length: <= MaxTextLength }
            || !decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var credits)
            || Math.Abs(credits) > Max.ToDecimal()
            || !decimal.IsInteger(credits * 1000))
        {
            return false;
        }

        amount = new CreditAmount((long)(credits * 1000));
        return true;
    }

    /// <summary>The number of credits, without zeros at its end: what JSON numbers are written from.</summary>
    public decimal ToDecimal() => Thousandths / 1000m;

    /// <summary>As <see cref="TryParse"/> reads it, with the fewest digits: <c>1</c>, <c>0.25</c>.</summary>
    public override string ToString() => ToDecimal().ToString("0.###", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public int CompareTo(CreditAmount other) => Thousandths.CompareTo(other.Thousandths);

    public static CreditAmount operator +(CreditAmount left, CreditAmount right) => new(checked(left.Thousandths + right.Thousandths));

    public static CreditAmount operator -(CreditAmount left, CreditAmount right) => new(checked(left.Thousandths - right.Thousandths));

    public static bool operator <(CreditAmount left, CreditAmount right) => left.Thousandths < right.Thousandths;

    public static bool operator >(CreditAmount left, CreditAmount right) => left.Thousandths > right.Thousandths;

    public static bool operator <=(CreditAmount left, CreditAmount right) => left.Thousandths <= right.Thousandths;

    public static bool operator >=(CreditAmount left, CreditAmount right) => left.Thousandths >= right.Thousandths;
}

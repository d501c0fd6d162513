namespace ClearBg.Credits;

/// <summary>What one transaction or hold moves: credits of each fund in thousandths, and free calls.</summary>
internal readonly record struct Draw(long Subscription, long PayAsYouGo, long Enterprise, long FreeCalls)
{
    /// <summary>Names of the columns that hold these four in balances and holds, and of the funds in entries; in this order.</summary>
    public const string Columns = "subscription, pay_as_you_go, enterprise, free_calls";

    /// <summary>What moves at all, under the fund's name.</summary>
    public IEnumerable<(string Fund, long Amount)> Parts =>
        Columns.Split(", ").Zip([Subscription, PayAsYouGo, Enterprise, FreeCalls]).Where(part => part.Second != 0);

    /// <summary>A whole balance.</summary>
    public static Draw All(Balance balance) => new(balance.Subscription.Thousandths, balance.PayAsYouGo.Thousandths, balance.Enterprise.Thousandths, balance.FreeCalls);

    /// <summary>An amount in one fund.</summary>
    public static Draw Of(Fund fund, CreditAmount amount) => fund switch
    {
        Fund.Subscription => new(amount.Thousandths, 0, 0, 0),
        Fund.PayAsYouGo => new(0, amount.Thousandths, 0, 0),
        Fund.Enterprise => new(0, 0, amount.Thousandths, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(fund)),
    };

    /// <summary>One free call where it pays and there is one, else the amount in the order in which funds are spent.</summary>
    /// <param name="balance">Covers it.</param>
    /// <param name="amount">More than nothing.</param>
    /// <param name="freeCallPays">Whether a free call may take the amount's place.</param>
    public static Draw From(Balance balance, CreditAmount amount, bool freeCallPays)
    {
        if (freeCallPays && balance.FreeCalls > 0)
        {
            return new(0, 0, 0, 1);
        }

        var subscription = Math.Min(amount.Thousandths, balance.Subscription.Thousandths);
        var payAsYouGo = Math.Min(amount.Thousandths - subscription, balance.PayAsYouGo.Thousandths);
        return new(subscription, payAsYouGo, amount.Thousandths - subscription - payAsYouGo, 0);
    }

    public static Draw operator -(Draw draw) => new(-draw.Subscription, -draw.PayAsYouGo, -draw.Enterprise, -draw.FreeCalls);
}

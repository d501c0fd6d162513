namespace ClearBg.Credits;

/// <summary>What an account keeps its credits in.</summary>
internal enum Fund
{
    /// <summary>Comes with a subscription and lapses with it, so it is spent first.</summary>
    Subscription,

    /// <summary>Bought in packs.</summary>
    PayAsYouGo,

    /// <summary>Agreed by contract; spent last.</summary>
    Enterprise,
}

/// <summary>What an account can still spend: without what is held for pictures at work.</summary>
/// <param name="Subscription">Credits in <see cref="Fund.Subscription"/>, never negative; so the others.</param>
/// <param name="PayAsYouGo">Credits in <see cref="Fund.PayAsYouGo"/>.</param>
/// <param name="Enterprise">Credits in <see cref="Fund.Enterprise"/>.</param>
/// <param name="FreeCalls">Pictures that cost nothing where a free call pays.</param>
internal sealed record Balance(CreditAmount Subscription, CreditAmount PayAsYouGo, CreditAmount Enterprise, long FreeCalls)
{
    /// <summary>Of an account that was never granted anything.</summary>
    public static readonly Balance Empty = new(default, default, default, 0);

    /// <summary>Credits in all funds.</summary>
    public CreditAmount Total => Subscription + PayAsYouGo + Enterprise;
}

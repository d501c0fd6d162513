namespace ClearBg.Credits;

/// <summary>What an account was charged on one day.</summary>
/// <param name="Day">In UTC.</param>
/// <param name="Calls">Captured holds, those that a free call paid among them.</param>
/// <param name="Credits">Charged for them.</param>
/// <param name="FreeCalls">Calls that a free call paid.</param>
internal sealed record UsageDay(DateOnly Day, long Calls, CreditAmount Credits, long FreeCalls);

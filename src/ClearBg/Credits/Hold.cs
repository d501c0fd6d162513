namespace ClearBg.Credits;

/// <summary>
/// Credits set aside for one picture at work. It ends once: captured when the answer is ready, released when there is none, or returned by the sweeper after its
/// lifetime.
/// </summary>
/// <param name="Id">32 hexadecimal digits, and the transaction's after the capture. May be logged.</param>
/// <param name="AccountId">Who pays.</param>
/// <param name="Amount">Credits that the capture charges; none where a free call pays.</param>
/// <param name="IsFreeCall">True where one free call is held in place of credits.</param>
internal sealed record Hold(string Id, string AccountId, CreditAmount Amount, bool IsFreeCall);

namespace ClearBg.Credits;

/// <summary>One transaction, as it changed an account: granted amounts are positive, charged ones negative.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Kind">grant or capture.</param>
/// <param name="KeyId">The API key that asked for what was charged; null for a grant.</param>
/// <param name="Note">The operator's words for a grant; else empty.</param>
/// <param name="Moved">Amounts of each fund.</param>
internal sealed record LedgerLine(DateTimeOffset Time, string Kind, string? KeyId, string Note, Draw Moved);

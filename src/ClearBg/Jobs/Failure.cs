namespace ClearBg.Jobs;

/// <summary>An expected refusal: a value, not an exception.</summary>
/// <param name="Code">The condition.</param>
/// <param name="Detail">One public sentence about this very case (which value, which limit), or null. Never a path, a library's message or a secret.</param>
/// <param name="RetryAfterSeconds">Whole seconds after which another try is worth it; null where time changes nothing.</param>
internal sealed record Failure(FailureCode Code, string? Detail = null, int? RetryAfterSeconds = null);

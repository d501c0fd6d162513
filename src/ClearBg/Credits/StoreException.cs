namespace ClearBg.Credits;

/// <summary>
/// The database cannot be used at all: missing rights, not a database, busy, or newer than this program. The message is one sentence for
/// the operator; it may name the file, so it belongs in a log or on a terminal and never in an answer.
/// </summary>
internal sealed class StoreException(string message, Exception? cause = null) : Exception(message, cause);

namespace ClearBg.Storage;

/// <summary>
/// The database cannot be used at all: missing rights, not a database, not there, busy, or newer than this program. The message is one sentence for
/// the operator; it may name the file or the server, so it belongs in a log or on a terminal and never in an answer.
/// </summary>
internal sealed class StoreException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What a driver said, less the lines that Npgsql puts below its sentence about what it keeps back.</summary>
    public static StoreException From(Exception cause) => new($"The database cannot be used: {cause.Message.Split('\n')[0].TrimEnd()}", cause);
}

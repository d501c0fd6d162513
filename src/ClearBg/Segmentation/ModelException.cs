namespace ClearBg.Segmentation;

/// <summary>
/// A model cannot be used as it is configured or installed. The message says what is missing or wrong and what to do; it may name files of
/// this machine, so it belongs in a log or on a terminal and never in an answer to a client.
/// </summary>
internal sealed class ModelException(string message, Exception? cause = null) : Exception(message, cause);

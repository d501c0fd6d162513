namespace ClearBg.Segmentation;

/// <summary>Threads for ONNX Runtime alone.</summary>
/// <remarks>
/// A thread on which ONNX Runtime has used AMX needs some 11 KB for the frame of every later signal, for its tile registers are saved too. The stack on which
/// .NET handles SIGSEGV has no room for that: the next null reference on such a thread ends the process instead of being an exception (seen with .NET 10.0 and
/// ONNX Runtime 1.29). So a thread that has run an inference runs nothing else, ever.
/// </remarks>
internal static class InferenceThread
{
    // Without the second one whoever awaits it would go on where the work ended.
    private const TaskCreationOptions OwnThread = TaskCreationOptions.LongRunning | TaskCreationOptions.RunContinuationsAsynchronously;

    /// <summary>Runs <paramref name="work"/> on a thread that begins and ends with it; starting one takes a tenth of a millisecond.</summary>
    public static Task<T> RunAsync<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, OwnThread, TaskScheduler.Default);
}

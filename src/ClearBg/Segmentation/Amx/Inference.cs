using System.Runtime.ExceptionServices;

namespace ClearBg.Segmentation.Amx;

/// <summary>One inference: threads that go through the steps together, and share the items of each.</summary>
internal sealed unsafe class Inference : IDisposable
{
    private readonly IReadOnlyList<NetworkStep> _steps;
    private readonly InferenceMemory _memory;
    private readonly CancellationToken _cancellation;
    private readonly int[] _taken;
    private readonly Barrier _barrier;
    private readonly int _threads;
    private volatile ExceptionDispatchInfo? _failure;
    private bool _isOver;

    public Inference(IReadOnlyList<NetworkStep> steps, InferenceMemory memory, int threads, CancellationToken cancellation)
    {
        (_steps, _memory, _threads, _cancellation) = (steps, memory, threads, cancellation);
        _taken = new int[steps.Count];

        // Decided where all of them wait, so that all leave after the same step.
        _barrier = new(threads, _ => _isOver = _failure is not null || _cancellation.IsCancellationRequested);
    }

    /// <summary>Runs to the end.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run()
    {
        var others = new List<Thread>(_threads);
        try
        {
            while (others.Count < _threads - 1)
            {
                var thread = new Thread(Work) { IsBackground = true, Name = "inference" };
                thread.UnsafeStart();
                others.Add(thread);
            }
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // A container's limit. Those that run share the work; this one has not signalled yet, so that none goes ahead meanwhile.
            _barrier.RemoveParticipants(_threads - 1 - others.Count);
        }

        Work();
        others.ForEach(static thread => thread.Join());
        _failure?.Throw();
        _cancellation.ThrowIfCancellationRequested();
    }

    public void Dispose() => _barrier.Dispose();

    private void Work()
    {
        var room = stackalloc byte[(ConvolutionWeights.Group * ConvolutionWeights.Group * sizeof(int)) + 64];
        var memory = _memory.With((int*)(((nint)room + 63) & ~63));
        for (var step = 0; step < _steps.Count && !_isOver; step++)
        {
            Take(step, memory);
            _barrier.SignalAndWait(CancellationToken.None);
        }

        TileCode.Release();
    }

    private void Take(int step, InferenceMemory memory)
    {
        try
        {
            _steps[step].Enter();
            for (var item = Interlocked.Increment(ref _taken[step]); item <= _steps[step].Items; item = Interlocked.Increment(ref _taken[step]))
            {
                _steps[step].Run(item - 1, memory);
            }
        }
        catch (Exception e)
        {
            // The others wait at the barrier: they must hear of it.
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}

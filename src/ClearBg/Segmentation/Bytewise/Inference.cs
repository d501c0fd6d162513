using System.Runtime.ExceptionServices;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>One inference: threads that go through the steps together, and share the items of each.</summary>
internal sealed unsafe class Inference : IDisposable
{
    private readonly TileUnit _unit;
    private readonly IReadOnlyList<NetworkStep> _steps;
    private readonly InferenceMemory _memory;
    private readonly CancellationToken _cancellation;
    private readonly int[] _taken;
    private readonly long _room;
    private readonly Barrier _barrier;
    private readonly int _threads;
    private int _working;
    private volatile ExceptionDispatchInfo? _failure;
    private bool _isOver;

    /// <param name="unit">What multiplies.</param>
    /// <param name="steps">One after the other.</param>
    /// <param name="memory">With room for each thread, one behind the other.</param>
    /// <param name="room">Bytes of it for each.</param>
    /// <param name="threads">At least 1.</param>
    /// <param name="cancellation">Ends it after the step at hand.</param>
    public Inference(TileUnit unit, IReadOnlyList<NetworkStep> steps, InferenceMemory memory, long room, int threads, CancellationToken cancellation)
    {
        (_unit, _steps, _memory, _room, _threads, _cancellation) = (unit, steps, memory, room, threads, cancellation);
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
        var memory = _memory.With(_memory.Room + ((Interlocked.Increment(ref _working) - 1) * _room));
        for (var step = 0; step < _steps.Count && !_isOver; step++)
        {
            Take(step, memory);
            _barrier.SignalAndWait(CancellationToken.None);
        }

        _unit.Leave();
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

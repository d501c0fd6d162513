using ClearBg.Imaging;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>A network that computes in bytes on a <see cref="TileUnit"/>. Any number of inferences may run at once.</summary>
internal sealed class IntegerNetwork : IDisposable
{
    private readonly TileUnit _unit;
    private readonly WeightMemory _weights;
    private readonly IReadOnlyList<NetworkStep> _steps;
    private readonly long _bytes;
    private readonly long _room;

    internal IntegerNetwork(TileUnit unit, WeightMemory weights, IReadOnlyList<NetworkStep> steps, long bytes, int width, int height)
    {
        (_unit, _weights, _steps, _bytes, Width, Height) = (unit, weights, steps, bytes, width, height);
        _room = (steps.Max(static step => step.RoomBytes) + 63) & ~63L;
    }

    /// <summary>Of the matte.</summary>
    public int Width { get; }

    /// <summary>Of the matte.</summary>
    public int Height { get; }

    /// <summary>Runs an inference on the calling thread and others, which end with it.</summary>
    /// <param name="pool">For working memory.</param>
    /// <param name="picture">[3, height, width], normalised.</param>
    /// <param name="matte">[height, width].</param>
    /// <param name="threads">At least 1.</param>
    /// <param name="cancellation">Ends it after the step at hand.</param>
    public unsafe void Run(BufferPool pool, PixelBuffer picture, Plane matte, int threads, CancellationToken cancellation)
    {
        using var features = pool.Rent(_bytes + (threads * _room));
        using var inference = new Inference(_unit, _steps, new((float*)picture.Pointer, features.Pointer, features.Pointer + _bytes, matte.Pointer), _room, threads, cancellation);
        inference.Run();
    }

    public void Dispose() => _weights.Dispose();
}

using ClearBg.Imaging;

namespace ClearBg.Segmentation.Amx;

/// <summary>A network that computes in bytes on <see cref="AmxUnit"/>. Any number of inferences may run at once.</summary>
internal sealed class IntegerNetwork : IDisposable
{
    private readonly IReadOnlyList<NetworkStep> _steps;

    internal IntegerNetwork(IReadOnlyList<NetworkStep> steps, long bytes, int width, int height) => (_steps, Bytes, Width, Height) = (steps, bytes, width, height);

    /// <summary>Memory of an inference.</summary>
    public long Bytes { get; }

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
        using var features = pool.Rent(Bytes);
        using var inference = new Inference(_steps, new((float*)picture.Pointer, features.Pointer, null, matte.Pointer), threads, cancellation);
        inference.Run();
    }

    public void Dispose()
    {
        foreach (var step in _steps.OfType<IDisposable>())
        {
            step.Dispose();
        }
    }
}

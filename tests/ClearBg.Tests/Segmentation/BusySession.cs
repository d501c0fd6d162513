using ClearBg.Imaging;
using ClearBg.Segmentation;

namespace ClearBg.Tests.Segmentation;

/// <summary>Meets a session at the moment at which an inference runs that never ends by itself.</summary>
internal static class BusySession
{
    /// <summary>
    /// Returns a task that stands in the queue behind a running inference: until there is one, an inference of its own, which is short, ends at once.
    /// The task must be cancelled.
    /// </summary>
    public static async Task QueueBehind(SegmentationSession session, BufferPool pool, CancellationToken cancellation)
    {
        using var tensor = pool.Rent(PictureTensor.Bytes(session.Manifest.Input));
        tensor.Bytes.Clear();
        using var matte = await Waiting();

        Task<Plane> Waiting()
        {
            while (true)
            {
                var mine = session.RunAsync(tensor, cancellation);
                if (!mine.IsCompleted)
                {
                    return mine;
                }

                mine.GetAwaiter().GetResult().Dispose();
            }
        }
    }
}

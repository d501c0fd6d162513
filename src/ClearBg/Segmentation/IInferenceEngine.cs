using ClearBg.Imaging;

namespace ClearBg.Segmentation;

/// <summary>What computes a loaded model.</summary>
internal interface IInferenceEngine : IDisposable
{
    /// <summary>What it is, behind "computed".</summary>
    string Name { get; }

    /// <summary>Why it isn't another one, as the end of a sentence; empty where that goes without saying.</summary>
    string Reason { get; }

    /// <summary>Runs the model once. Any number of threads may do so at a time.</summary>
    /// <param name="tensor">[1, 3, height, width] of the manifest's input, normalised.</param>
    /// <param name="isLast">Whether no other inference waits: working memory may be given back.</param>
    /// <param name="cancellation">Ends it after the operator at hand.</param>
    /// <returns>The output as it is, before the manifest's activation.</returns>
    Plane Run(PixelBuffer tensor, bool isLast, CancellationToken cancellation);
}

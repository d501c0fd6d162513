using ClearBg.Segmentation;

namespace ClearBg.Tests.Segmentation;

/// <summary>Records a preparation's steps as they happen; the framework's Progress would report later and on another thread.</summary>
internal sealed class Steps : IProgress<PreparationProgress>
{
    public List<PreparationStage> Taken { get; } = [];

    public List<string> Details { get; } = [];

    public void Report(PreparationProgress value)
    {
        Taken.Add(value.Stage);
        Details.Add(value.Detail);
    }
}

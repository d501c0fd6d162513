using ClearBg.Segmentation;

namespace ClearBg.Cli;

/// <summary>What a person is told of a run, always on standard error. Counts outcomes; may be told from several threads at once.</summary>
internal abstract class RemovalReport : IProgress<PreparationProgress>
{
    private readonly Lock _gate = new();
    private readonly int[] _counts = new int[Enum.GetValues<PictureFate>().Length];

    public bool AnyFailed => _counts[(int)PictureFate.Failed] > 0;

    /// <summary>"12 done, 1 skipped, 2 failed."</summary>
    public string Summary => $"{_counts[(int)PictureFate.Done]} done, {_counts[(int)PictureFate.Skipped]} skipped, {_counts[(int)PictureFate.Failed]} failed.";

    public void Add(PictureOutcome outcome)
    {
        lock (_gate)
        {
            _counts[(int)outcome.Fate]++;
            Show(outcome);
        }
    }

    /// <summary>A step of the model's preparation, which takes some seconds at the first use. Nothing is said of a model that is there.</summary>
    public void Report(PreparationProgress value)
    {
        if (value.Stage == PreparationStage.Ready)
        {
            return;
        }

        lock (_gate)
        {
            Say(value.Detail);
        }
    }

    /// <summary>Does the work, and shows meanwhile how far it is.</summary>
    /// <param name="pictures">How many there are.</param>
    /// <param name="work">Calls <see cref="Add"/> for each.</param>
    public virtual Task ShowAsync(int pictures, Func<Task> work) => work();

    protected abstract void Show(PictureOutcome outcome);

    protected abstract void Say(string line);
}

/// <summary>A line for each picture, or for each failed one only.</summary>
internal sealed class LineReport(TextWriter error, bool quiet) : RemovalReport
{
    protected override void Show(PictureOutcome outcome)
    {
        if (!quiet || outcome.Fate == PictureFate.Failed)
        {
            error.WriteLine(outcome.Line);
        }
    }

    protected override void Say(string line)
    {
        if (!quiet)
        {
            error.WriteLine(line);
        }
    }
}

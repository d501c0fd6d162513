namespace ClearBg.Segmentation;

/// <summary>What preparation does now: reported once for each step, for a log or a terminal.</summary>
/// <param name="Stage">The step.</param>
/// <param name="Detail">One sentence with the file, size or hash at hand. Names files of this machine.</param>
internal readonly record struct PreparationProgress(PreparationStage Stage, string Detail);

/// <summary>The steps of a preparation, in order.</summary>
internal enum PreparationStage
{
    /// <summary>Reading the published weights and checking them.</summary>
    Reading,
    /// <summary>Converting the graph.</summary>
    Converting,
    /// <summary>Writing the prepared file and checking it.</summary>
    Writing,
    /// <summary>The prepared file is there.</summary>
    Ready,
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClearBg.Evaluation;

/// <summary>What a run over a test set gave.</summary>
/// <param name="All">All pictures together.</param>
/// <param name="Groups">Each group, by name.</param>
/// <param name="Pictures">Each picture, by name.</param>
/// <param name="Agreement">How near the mattes are to those of a reference; null without one, or where it is right nowhere.</param>
internal sealed record EvaluationResult(GroupScore All, IReadOnlyList<GroupScore> Groups, IReadOnlyList<PictureScore> Pictures, Agreement? Agreement)
{
    /// <param name="pictures">At least one, in any order.</param>
    public static EvaluationResult Of(IEnumerable<PictureScore> pictures)
    {
        PictureScore[] ordered = [.. pictures.OrderBy(static picture => picture.Name, StringComparer.Ordinal)];
        var groups = ordered.GroupBy(static picture => picture.Group, StringComparer.Ordinal).OrderBy(static group => group.Key, StringComparer.Ordinal);
        return new(GroupScore.Of("all", ordered), [.. groups.Select(static group => GroupScore.Of(group.Key, [.. group]))], ordered, Agreement.Over(ordered));
    }

    /// <summary>As JSON: the names of the properties here in camel case, figures in full precision.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, EvaluationJson.Default.EvaluationResult);
}

/// <summary>Means over some pictures.</summary>
/// <param name="Name">The group's.</param>
/// <param name="Pictures">How many, at least 1.</param>
/// <param name="Score">Mean of each figure.</param>
/// <param name="Colour">Mean of each error.</param>
/// <param name="MaeDifference">Mean MAE less the reference's; null without one.</param>
/// <param name="IouDifference">Mean IoU less the reference's; null without one.</param>
internal sealed record GroupScore(string Name, int Pictures, MatteScore Score, ColourError Colour, double? MaeDifference, double? IouDifference)
{
    public static GroupScore Of(string name, IReadOnlyCollection<PictureScore> pictures) => new(
        name,
        pictures.Count,
        MatteScore.Mean([.. pictures.Select(static picture => picture.Score)]),
        ColourError.Mean([.. pictures.Select(static picture => picture.Colour)]),
        pictures.Average(static picture => picture.MaeDifference),
        pictures.Average(static picture => picture.IouDifference));
}

/// <summary>How near the mattes come to those of a reference, over the pictures where that one <see cref="ReferenceScore.IsRight"/>.</summary>
/// <param name="Pictures">How many those are, at least 1.</param>
/// <param name="MeanIou">IoU of both mattes, mean.</param>
/// <param name="WorstIou">The least of them.</param>
/// <param name="Worst">Name of the picture that has it.</param>
/// <param name="Mae">Mean absolute difference of both mattes, mean over the pictures.</param>
internal sealed record Agreement(int Pictures, double MeanIou, double WorstIou, string Worst, double Mae)
{
    public static Agreement? Over(IEnumerable<PictureScore> pictures)
    {
        (string Name, ReferenceScore Reference)[] right = [.. pictures
            .Where(static picture => picture.Reference is { IsRight: true })
            .Select(static picture => (picture.Name, picture.Reference!))];
        if (right is [])
        {
            return null;
        }

        var (name, worst) = right.MinBy(static picture => picture.Reference.SharedIou);
        return new(right.Length, right.Average(static picture => picture.Reference.SharedIou), worst.SharedIou, name, right.Average(static picture => picture.Reference.SharedMae));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvaluationResult))]
internal sealed partial class EvaluationJson : JsonSerializerContext;

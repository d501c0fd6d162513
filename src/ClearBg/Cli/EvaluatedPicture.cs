using ClearBg.Evaluation;

namespace ClearBg.Cli;

/// <summary>One picture to cut out, and what its matte is compared to.</summary>
/// <param name="Picture">Path of the picture.</param>
/// <param name="Name">Its file name without the extension: the mattes' too.</param>
/// <param name="Group">Its group.</param>
/// <param name="Truth">Path of the true matte.</param>
/// <param name="Reference">Path of the reference's matte; null where none is asked for.</param>
/// <param name="Saved">Where the matte is written; null where that isn't asked for.</param>
internal sealed record EvaluatedPicture(string Picture, string Name, string Group, string Truth, string? Reference, string? Saved)
{
    /// <summary>Pairs pictures with the mattes of their names.</summary>
    /// <param name="pictures">Paths.</param>
    /// <param name="groups">Of the manifest.</param>
    /// <param name="mattes">Folder of the true mattes.</param>
    /// <param name="reference">Folder of the reference's mattes, or null.</param>
    /// <param name="save">Folder to write to, or null.</param>
    public static EvaluatedPicture[] Pair(IEnumerable<string> pictures, PictureGroups groups, string mattes, string? reference, string? save) =>
        [.. pictures.Select(picture =>
        {
            var name = Path.GetFileNameWithoutExtension(picture);
            var matte = $"{name}.png";
            return new EvaluatedPicture(
                picture, name, groups.Of(name), Path.Combine(mattes, matte),
                reference is null ? null : Path.Combine(reference, matte),
                save is null ? null : Path.Combine(save, matte));
        })];

    /// <summary>The first matte that isn't there; null when both are.</summary>
    public string? Missing => !File.Exists(Truth) ? Truth : Reference is not null && !File.Exists(Reference) ? Reference : null;
}

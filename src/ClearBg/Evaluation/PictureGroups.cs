using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClearBg.Evaluation;

/// <summary>Which group each picture of a test set belongs to, as a manifest says it: a JSON array of objects with name, kind and cat. Anything else in them is left alone.</summary>
internal sealed class PictureGroups
{
    /// <summary>The group of pictures that a manifest doesn't name, and of all where there is none.</summary>
    public const string Other = "other";

    private readonly Dictionary<string, string> _groups;

    private PictureGroups(Dictionary<string, string> groups) => _groups = groups;

    /// <summary>No manifest: one group.</summary>
    public static PictureGroups None { get; } = new([]);

    /// <summary>"kind/cat".</summary>
    /// <param name="name">A picture's file name without its extension.</param>
    public string Of(string name) => _groups.GetValueOrDefault(name, Other);

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read, is no such array, or names a picture twice.</exception>
    public static PictureGroups Read(string path)
    {
        try
        {
            var named = JsonSerializer.Deserialize(File.ReadAllBytes(path), GroupJson.Default.NamedPictureArray) ?? [];
            var groups = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var picture in named)
            {
                if (picture is null)
                {
                    throw new InvalidDataException($"The manifest {path} holds null where a picture should be.");
                }

                if (!groups.TryAdd(picture.Name, $"{picture.Kind}/{picture.Cat}"))
                {
                    throw new InvalidDataException($"The manifest {path} names '{picture.Name}' twice.");
                }
            }

            return new PictureGroups(groups);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The manifest {path} is not an array of objects with name, kind and cat: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The manifest {path} cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>One entry of a manifest.</summary>
/// <param name="Name">A picture's file name without its extension.</param>
/// <param name="Kind">First half of the group's name.</param>
/// <param name="Cat">Second half.</param>
internal sealed record NamedPicture(string Name, string Kind, string Cat);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(NamedPicture[]))]
internal sealed partial class GroupJson : JsonSerializerContext;

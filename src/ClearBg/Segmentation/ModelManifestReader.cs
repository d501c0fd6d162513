using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClearBg.Segmentation;

/// <summary>Reads a manifest strictly: unknown, missing and null properties are errors. Comments and trailing commas are allowed, for people write these files.</summary>
internal static class ModelManifestReader
{
    /// <summary>Sets up what the first file would wait for.</summary>
    public static void Prepare() => _ = JsonSerializer.Deserialize("null"u8, ManifestJson.Default.ModelManifest);

    /// <summary>Reads and validates one file.</summary>
    /// <exception cref="ModelException">The file is missing, is not JSON, has unknown or missing properties, or holds values that make no sense: then all of them are named.</exception>
    public static ModelManifest Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), path) with { Folder = Path.GetDirectoryName(Path.GetFullPath(path))! };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The model manifest {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Parses and validates UTF-8 text; <paramref name="origin"/> names it in messages.</summary>
    /// <exception cref="ModelException">As for <see cref="Read"/>.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> json, string origin)
    {
        ModelManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(json, ManifestJson.Default.ModelManifest)
                ?? throw new ModelException($"The model manifest {origin} is empty.");
        }
        catch (JsonException e)
        {
            throw new ModelException($"The model manifest {origin} is not as it should be: {e.Message}", e);
        }

        var mistakes = ModelManifestValidation.MistakesIn(manifest).ToList();
        return mistakes.Count == 0
            ? manifest
            : throw new ModelException($"The model manifest {origin} has {mistakes.Count} mistake(s):\n- {string.Join("\n- ", mistakes)}");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;

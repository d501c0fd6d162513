using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClearBg.Segmentation.Quantization;

/// <summary>A file of measured ranges, committed beside the manifest whose model they belong to.</summary>
/// <param name="Pictures">Number of pictures they were measured on.</param>
/// <param name="Percentile">Share of all values, in percent, that lies inside each end of a range.</param>
/// <param name="Ranges">For each measured tensor, by name: least and greatest value.</param>
internal sealed record ActivationRanges(int Pictures, double Percentile, SortedDictionary<string, float[]> Ranges)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelException">It is missing or not as it should be.</exception>
    public static ActivationRanges Read(string path)
    {
        try
        {
            var ranges = JsonSerializer.Deserialize(File.ReadAllBytes(path), RangesJson.Default.ActivationRanges);
            return ranges is not null && ranges.Ranges.Values.All(static range => range is [var least, var greatest] && least <= 0 && greatest >= 0 && float.IsFinite(greatest - least))
                ? ranges
                : throw new ModelException($"The activation ranges {path} are not as they should be: each is two numbers, the first at most 0 and the second at least 0.");
        }
        catch (JsonException e)
        {
            throw new ModelException($"The activation ranges {path} are not as they should be: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The activation ranges {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>As <see cref="Read"/> takes it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RangesJson.Default.ActivationRanges);

    /// <summary>The range of a tensor.</summary>
    /// <exception cref="ModelException">It wasn't measured.</exception>
    public ActivationRange Of(string tensor) => Ranges.TryGetValue(tensor, out var range)
        ? new(range[0], range[1])
        : throw new ModelException($"The activation ranges lack the tensor '{tensor}': they were measured on another model. Run 'ClearBg models calibrate' on this one.");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(ActivationRanges))]
internal sealed partial class RangesJson : JsonSerializerContext;

using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClearBg.Segmentation.Quantization;

/// <summary>A file of measured ranges, committed beside the manifest whose model they belong to.</summary>
/// <param name="Pictures">Number of pictures they were measured on.</param>
/// <param name="Percentile">Share of all values, in percent, that lies inside each end of a range.</param>
/// <param name="Ranges">For each measured tensor, by name: least and greatest value.</param>
/// <param name="Biases">For each Conv with integers, by its output's name: what <see cref="BiasCorrection"/> adds to the bias of each output channel. Null for no corrections.</param>
/// <param name="Scales">What <see cref="ChannelScaling"/> does before anything else: ranges and biases are those of the scaled model. Null for nothing.</param>
internal sealed record ActivationRanges(int Pictures, double Percentile, SortedDictionary<string, float[]> Ranges, SortedDictionary<string, int[]>? Biases = null, SortedDictionary<string, int[]>? Scales = null)
{
    // Two numbers for each tensor and up to 512 for each Conv: one number a line would make thousands of lines of it.
    private static readonly RangesJson Json = new(new JsonSerializerOptions(RangesJson.Default.Options) { Converters = { new OneLine<float>(), new OneLine<int>() } });

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelException">It is missing or not as it should be.</exception>
    public static ActivationRanges Read(string path)
    {
        try
        {
            var ranges = JsonSerializer.Deserialize(File.ReadAllBytes(path), RangesJson.Default.ActivationRanges);
            if (ranges?.Biases?.Values.Any(static biases => biases is null) ?? false)
            {
                throw new ModelException($"The activation ranges {path} are not as they should be: the biases of each Conv are a list of numbers.");
            }

            if (ranges?.Scales?.Values.Any(static steps => steps is null || Array.Exists(steps, static step => step is < -ChannelScaling.Most or > ChannelScaling.Most)) ?? false)
            {
                throw new ModelException($"The activation ranges {path} are not as they should be: the scales of each Conv are a list of numbers from {-ChannelScaling.Most} to {ChannelScaling.Most}.");
            }

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
    public string ToJson() => JsonSerializer.Serialize(this, Json.ActivationRanges);

    /// <summary>What is added to the biases of a Conv; empty for nothing.</summary>
    /// <param name="output">Name of the Conv's output.</param>
    /// <param name="channels">Number of its channels.</param>
    /// <exception cref="ModelException">Other Convs were measured, or another number of channels.</exception>
    public ReadOnlySpan<int> CorrectionsOf(string output, int channels) => Biases is null ? []
        : Biases.TryGetValue(output, out var corrections) && corrections.Length == channels ? corrections
        : throw new ModelException($"The activation ranges lack the {channels} biases of the Conv '{output}': they were measured on another model. Run 'ClearBg models calibrate' on this one.");

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
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ActivationRanges))]
internal sealed partial class RangesJson : JsonSerializerContext;

/// <summary>Writes an array on one line of an indented file.</summary>
internal sealed class OneLine<T> : JsonConverter<T[]>
    where T : struct, INumber<T>
{
    /// <summary>Not used: the source-generated way reads.</summary>
    public override T[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, T[] value, JsonSerializerOptions options) =>
        writer.WriteRawValue($"[{string.Join(", ", value.Select(static number => number.ToString(null, CultureInfo.InvariantCulture)))}]");
}

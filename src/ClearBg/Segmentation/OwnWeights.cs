using System.Security.Cryptography;
using ClearBg.Segmentation.Onnx;

namespace ClearBg.Segmentation;

/// <summary>
/// The operator's own copy of a model's file. It is converted like the published one, for an export often carries side outputs or half floats.
/// The prepared file is named after the copy's hash and after what was made of it, so another copy, other outputs and another version of the conversion each
/// get another file; its own hash lies beside it, in the form that sha256sum checks.
/// </summary>
internal sealed class OwnWeights(string weights, string cache)
{
    private readonly string _weights = Path.GetFullPath(weights);
    private readonly Lock _gate = new();
    private (DateTime Written, FileContent Content)? _known;

    /// <summary>Full path of the prepared file.</summary>
    /// <exception cref="ModelException">The copy cannot be read.</exception>
    public string PathOf(ModelManifest manifest) => Path.Combine(cache, $"{manifest.Name}-own-{Content().Sha256[..16]}-{RecipeOf(manifest)}.onnx");

    /// <summary>True if the prepared file is there and is what was written.</summary>
    /// <exception cref="ModelException">The copy cannot be read.</exception>
    public bool IsPrepared(ModelManifest manifest)
    {
        var path = PathOf(manifest);
        return File.Exists(path) && File.Exists(NoteOf(path))
            && File.ReadAllText(NoteOf(path)).Split(' ', 2) is [var sha256, _]
            && new FileContent(new FileInfo(path).Length, sha256).IsIn(path);
    }

    /// <summary>Converts the copy.</summary>
    /// <exception cref="ModelException">It cannot be read or converted.</exception>
    /// <exception cref="IOException">The result cannot be written; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public void Convert(ModelManifest manifest, IProgress<PreparationProgress>? progress, CancellationToken cancel)
    {
        var path = PathOf(manifest);
        progress?.Report(new(PreparationStage.Reading, $"{_weights} is {Content()}; there is no hash to check it against"));
        var prepared = WeightsConversion.Run(() => File.ReadAllBytes(_weights), _weights, manifest.KeptOutputs, ranges: null, path, expected: null, progress, cancel);
        var note = System.Text.Encoding.ASCII.GetBytes($"{prepared.Sha256}  {Path.GetFileName(path)}\n");
        AtomicFile.Write(NoteOf(path), note.Length, file => file.Write(note), static _ => { });
    }

    /// <summary>8 hexadecimal digits for everything besides the copy that decides what is written.</summary>
    private static string RecipeOf(ModelManifest manifest)
    {
        var recipe = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Float32Conversion.Version}\n{string.Join('\n', manifest.KeptOutputs)}");
        return System.Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(recipe)))[..8];
    }

    private static string NoteOf(string path) => path + ".sha256";

    // Hashing takes some tenths of a second, so not again while the file's size and time stay.
    private FileContent Content()
    {
        try
        {
            lock (_gate)
            {
                var file = new FileInfo(_weights);
                if (_known is not { } known || known.Written != file.LastWriteTimeUtc || known.Content.Bytes != file.Length)
                {
                    _known = known = (file.LastWriteTimeUtc, FileContent.Of(_weights));
                }

                return known.Content;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The weights {_weights} cannot be read: {e.Message} Correct Segmentation:Weights, or leave it out to use the published ones.", e);
        }
    }
}

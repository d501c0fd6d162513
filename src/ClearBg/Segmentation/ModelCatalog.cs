using Microsoft.Extensions.Options;

namespace ClearBg.Segmentation;

/// <summary>The models that this installation knows: every folder in <see cref="Folder"/> with a manifest. Reads the disk at each call, as operators add models.</summary>
internal sealed class ModelCatalog(IOptions<SegmentationOptions> options)
{
    /// <summary>Full path of the folder with the models' folders.</summary>
    public string Folder { get; } = Path.GetFullPath(options.Value.Folder ?? Path.Combine(AppContext.BaseDirectory, "models"));

    /// <summary>Names of all models in ordinal order, also of those whose manifest is wrong.</summary>
    /// <exception cref="ModelException">The folder cannot be read.</exception>
    public IReadOnlyList<string> Names
    {
        get
        {
            try
            {
                return
                [
                    .. Directory.EnumerateDirectories(Folder)
                        .Where(folder => File.Exists(Path.Combine(folder, ModelManifest.FileName)))
                        .Select(folder => Path.GetFileName(folder))
                        .Order(StringComparer.Ordinal),
                ];
            }
            catch (DirectoryNotFoundException)
            {
                return [];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ModelException($"The models' folder {Folder} cannot be read: {e.Message} Make it readable, or set Segmentation:Folder to another one.", e);
            }
        }
    }

    /// <summary>Every model's manifest, in the order of <see cref="Names"/>.</summary>
    /// <exception cref="ModelException">One of the manifests is wrong.</exception>
    public IReadOnlyList<ModelManifest> All() => [.. Names.Select(Read)];

    /// <summary>The manifest of the model <paramref name="name"/>.</summary>
    /// <exception cref="ModelException">There is no such model (the message names those that are there), or its manifest is wrong.</exception>
    public ModelManifest Find(string name)
    {
        // Only names that were listed are joined to the folder: nothing that is asked for can lead elsewhere.
        var names = Names;
        if (names.Contains(name, StringComparer.Ordinal))
        {
            return Read(name);
        }

        throw new ModelException(names.Count == 0
            ? $"There is no model '{name}': {Folder} holds no folder with a {ModelManifest.FileName}. Set Segmentation:Folder to a folder that does."
            : $"There is no model '{name}' in {Folder}. There is: {string.Join(", ", names)}.");
    }

    /// <summary>The model <paramref name="name"/> with the file that is loaded on this machine.</summary>
    /// <exception cref="ModelException">As for <see cref="Find"/>; or the configuration wants 8 bits and the model has no such file.</exception>
    public PrecisionChoice ForThisMachine(string name) => PrecisionChoice.Of(Find(name), options.Value);

    private ModelManifest Read(string name)
    {
        var path = Path.Combine(Folder, name, ModelManifest.FileName);
        var manifest = ModelManifestReader.Read(path);
        return string.Equals(manifest.Name, name, StringComparison.Ordinal)
            ? manifest
            : throw new ModelException($"The model manifest {path} names the model '{manifest.Name}' but lies in the folder '{name}'. Give both the same name.");
    }
}

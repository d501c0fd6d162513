using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ClearBg.Segmentation;

/// <summary>
/// An installed npm package that carries files in chunks: <c>dist/resources.json</c> maps an entry to chunks, each a file in <c>dist</c> that
/// is named by the SHA-256 of its bytes and stands for the range [from, to) of the whole.
/// </summary>
internal sealed class NpmPackage
{
    private const string Remedy = "Run 'npm ci --ignore-scripts' in src/Native or build the project, or set Segmentation:Packages to the node_modules folder that holds it";
    private readonly string _folder;
    private readonly string _title;

    private NpmPackage(string folder, string title) => (_folder, _title) = (folder, title);

    /// <summary>Finds the package in <paramref name="nodeModules"/>, or, when that is null, upwards from the program's folder and from the current directory.</summary>
    /// <exception cref="ModelException">It is not installed, or not in this version.</exception>
    public static NpmPackage Find(string name, string version, string? nodeModules)
    {
        var folders = nodeModules is null ? SearchedFolders() : [Path.GetFullPath(nodeModules)];
        var others = new List<string>();
        foreach (var package in folders.Select(folder => Path.Combine(folder, name)).Where(Directory.Exists))
        {
            var installed = ReadJson(Path.Combine(package, "package.json"), NpmJson.Default.NpmManifest).Version;
            if (string.Equals(installed, version, StringComparison.Ordinal))
            {
                return new(package, $"{name} {version}");
            }

            others.Add($"{installed} in {package}");
        }

        var place = nodeModules is null ? "" : $" in {Path.GetFullPath(nodeModules)}";
        throw new ModelException(others.Count == 0
            ? $"The npm package {name} {version} with the model's weights is not installed{place}. {Remedy}."
            : $"The npm package {name} is needed in version {version}, but there is {string.Join(" and ", others)}. {Remedy}.");
    }

    /// <summary>The bytes of an entry, which must be <paramref name="expected"/>.</summary>
    /// <exception cref="ModelException">The package lacks the entry, a chunk is missing or damaged, the chunks leave a gap, or the whole is something else.</exception>
    public byte[] Read(string entry, FileContent expected, CancellationToken cancel)
    {
        var dist = Path.Combine(_folder, "dist");
        var entries = ReadJson(Path.Combine(dist, "resources.json"), NpmJson.Default.DictionaryStringNpmEntry);
        if (!entries.TryGetValue(entry, out var found))
        {
            throw new ModelException($"The npm package {_title} has no entry {entry}. It has: {string.Join(", ", entries.Keys)}. Correct source.entry in the manifest.");
        }

        // The serializer sees to what properties may be, not to what lists and dictionaries hold.
        if (found?.Chunks.OfType<NpmChunk>().ToList() is not { } chunks || chunks.Count < found.Chunks.Length)
        {
            throw Damaged($"{entry} or one of its chunks is null");
        }

        var whole = new byte[expected.Bytes];
        var end = 0L;
        foreach (var chunk in chunks.OrderBy(chunk => chunk.Offsets is [var from, _] ? from : -1))
        {
            cancel.ThrowIfCancellationRequested();
            if (chunk.Offsets is not [var from, var to] || from != end || to <= from || to > whole.Length)
            {
                throw Damaged($"the chunks of {entry} don't join: {end} bytes so far, then [{string.Join(", ", chunk.Offsets)}] of {whole.Length}");
            }

            ReadChunk(dist, chunk.Hash, whole.AsSpan((int)from, (int)(to - from)));
            end = to;
        }

        var joined = new FileContent(end, Convert.ToHexStringLower(SHA256.HashData(whole)));
        return joined.Matches(expected) ? whole : throw Damaged($"{entry} is {joined} where {expected} was expected");
    }

    private void ReadChunk(string dist, string name, Span<byte> into)
    {
        if (!ModelManifestValidation.IsPlainFileName(name))
        {
            throw Damaged($"'{name}' is no name of a chunk");
        }

        try
        {
            using var file = File.OpenHandle(Path.Combine(dist, name), options: FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(file);
            var read = 0;
            while (length == into.Length && read < into.Length && RandomAccess.Read(file, into[read..], read) is > 0 and var more)
            {
                read += more;
            }

            if (read < into.Length)
            {
                throw Damaged($"chunk {name} has {length} bytes in place of {into.Length}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Damaged($"chunk {name} cannot be read ({e.Message})", e);
        }

        if (!string.Equals(Convert.ToHexStringLower(SHA256.HashData(into)), name, StringComparison.Ordinal))
        {
            throw Damaged($"chunk {name} doesn't hash to its name");
        }
    }

    private ModelException Damaged(string what, Exception? cause = null) =>
        new($"The npm package {_title} in {_folder} is damaged: {what}. Delete that folder and run 'npm ci --ignore-scripts' in src/Native.", cause);

    // Distinct: the two ways up meet in most installations.
    private static IEnumerable<string> SearchedFolders() =>
        new[] { AppContext.BaseDirectory, Directory.GetCurrentDirectory() }
            .SelectMany(Upwards)
            .Distinct(StringComparer.Ordinal)
            .SelectMany(folder => new[] { Path.Combine(folder, "node_modules"), Path.Combine(folder, "src", "Native", "node_modules") });

    private static IEnumerable<string> Upwards(string start)
    {
        for (var folder = new DirectoryInfo(Path.TrimEndingDirectorySeparator(start)); folder is not null; folder = folder.Parent)
        {
            yield return folder.FullName;
        }
    }

    private static T ReadJson<T>(string path, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type) ?? throw new JsonException("It is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ModelException($"{path} cannot be read: {e.Message} {Remedy}.", e);
        }
    }
}

internal sealed record NpmManifest(string Version);

internal sealed record NpmEntry(NpmChunk?[] Chunks);

internal sealed record NpmChunk(string Hash, long[] Offsets);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(NpmManifest))]
[JsonSerializable(typeof(Dictionary<string, NpmEntry?>))]
internal sealed partial class NpmJson : JsonSerializerContext;

using System.IO.Enumeration;
using Microsoft.Extensions.FileSystemGlobbing;

namespace ClearBg.Cli;

/// <summary>
/// From the paths of a command line to files, in the order given and by name within a folder, each once. A path is a file, a folder (its pictures, by
/// extension), or a glob with <c>*</c> and <c>**</c> that the shell left to us. What is in a folder or matches a glob is left out when it is
/// <see cref="OutputNames.IsOurs"/>: a second run doesn't take the first one's cut-outs for photographs.
/// </summary>
internal static class PictureSearch
{
    private const string LeftOut = "left out, its name says that it is a cut-out; give it alone to work on it";
    private const string Empty = "The folder itself holds no picture to work on; --recursive looks into those below it.";
    private const string EmptyBelow = "The folder holds no picture to work on.";

    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".webp"];

    /// <param name="paths">As given.</param>
    /// <param name="recursive">Look into the folders below a folder, but through no link and into no hidden one.</param>
    public static IReadOnlyList<FoundPicture> Find(IReadOnlyCollection<string> paths, bool recursive)
    {
        var seen = new HashSet<string>(OutputNames.SamePath);
        return [.. paths
            .SelectMany(path => Expand(path, paths.Count == 1, recursive))
            .Where(found => found.IsStandardInput || found.Refusal is not null || seen.Add(Path.GetFullPath(found.Path)))];
    }

    private static FoundPicture[] Expand(string path, bool isOnly, bool recursive)
    {
        // First what is there: a file may have a star in its name.
        if (string.Equals(path, FoundPicture.Standard, StringComparison.Ordinal) || File.Exists(path))
        {
            // Among several paths it came from the shell's *.png, more likely than not.
            return [isOnly || !OutputNames.IsOurs(path) ? new(path) : new(path, Refusal: LeftOut, IsSkipped: true)];
        }

        if (Directory.Exists(path))
        {
            return OrRefusal(path, InFolder(path, recursive), recursive ? EmptyBelow : Empty);
        }

        return path.Contains('*', StringComparison.Ordinal)
            ? OrRefusal(path, Matching(path), "No picture matches.")
            : [new(path, Refusal: "There is no such file or folder.")];
    }

    private static IEnumerable<FoundPicture> InFolder(string folder, bool recursive)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = recursive, IgnoreInaccessible = true };
        return Files(folder, options, throughLinks: false).Where(IsPicture).Select(file => new FoundPicture(file, Path.GetDirectoryName(Path.GetRelativePath(folder, file))!));
    }

    private static FileSystemEnumerable<string> Files(string folder, EnumerationOptions options, bool throughLinks) =>
        new(folder, static (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), options)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => throughLinks || !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };

    private static IEnumerable<FoundPicture> Matching(string glob)
    {
        var (root, pattern) = Split(glob);
        var folder = root.Length == 0 ? "." : root;
        if (!Directory.Exists(folder))
        {
            return [];
        }

        // The matcher's own search goes through links, and where two lead upwards it never ends. As in a shell, * may be a linked folder and ** goes through none.
        var isDeep = pattern.Contains("**", StringComparison.Ordinal);
        var depth = isDeep ? int.MaxValue : pattern.AsSpan().CountAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        var options = new EnumerationOptions { RecurseSubdirectories = depth > 0, MaxRecursionDepth = depth, IgnoreInaccessible = true, AttributesToSkip = default };
        var files = Files(folder, options, throughLinks: !isDeep).Select(file => Path.GetRelativePath(folder, file));

        // A pattern that names an extension is taken at its word; one that ends in a star means pictures.
        return new Matcher().AddInclude(pattern).Match(files).Files
            .Select(match => new FoundPicture(Path.Combine(root, match.Path), Path.GetDirectoryName(match.Path) ?? ""))
            .Where(found => !pattern.EndsWith('*') || IsPicture(found.Path));
    }

    /// <summary>The folders before the first star, as written, and the rest.</summary>
    private static (string Root, string Pattern) Split(string glob)
    {
        var star = glob.IndexOf('*', StringComparison.Ordinal);
        var end = glob.AsSpan(0, star).LastIndexOfAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar) + 1;
        return (glob[..end], glob[end..]);
    }

    private static FoundPicture[] OrRefusal(string path, IEnumerable<FoundPicture> files, string refusal)
    {
        FoundPicture[] found = [.. files.Where(static file => !OutputNames.IsOurs(file.Path)).OrderBy(static file => file.Path, StringComparer.Ordinal)];
        return found is [] ? [new(path, Refusal: refusal)] : found;
    }

    private static bool IsPicture(string file) => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);
}

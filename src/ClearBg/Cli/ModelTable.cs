using System.Globalization;
using ClearBg.Api;
using ClearBg.Segmentation;

namespace ClearBg.Cli;

/// <summary>Models as a listing.</summary>
internal static class ModelTable
{
    private static readonly string[] Heading = ["Name", "Title", "Licence", "Size", "State", "Configured"];

    /// <summary>
    /// Writes one line a model. The state is "prepared", "not prepared", or what is wrong with the manifest, and then title, licence and size are empty.
    /// The last column is "configured" or empty. Sizes are bytes for programs and megabytes (10⁶) for people.
    /// </summary>
    public static void Write(TextWriter output, ModelCatalog catalog, ModelPreparation preparation, string configured, bool onTerminal)
    {
        var rows = catalog.Names.Select(name =>
        {
            string[] row = [name, .. Describe(name, catalog, preparation, onTerminal), string.Equals(name, configured, StringComparison.Ordinal) ? "configured" : ""];
            return row.Select(static cell => Quotation.Printable(cell)).ToArray();
        });
        Listing.Write(output, Heading, rows, onTerminal);
    }

    private static string[] Describe(string name, ModelCatalog catalog, ModelPreparation preparation, bool onTerminal)
    {
        ModelManifest? manifest = null;
        try
        {
            manifest = catalog.ForThisMachine(name).Manifest;
            return [.. Facts(manifest, onTerminal), preparation.IsPrepared(manifest) ? "prepared" : "not prepared"];
        }
        catch (ModelException e)
        {
            // One line, however many mistakes it lists.
            return [.. Facts(manifest, onTerminal), e.Message.ReplaceLineEndings(" ")];
        }
    }

    private static string[] Facts(ModelManifest? manifest, bool onTerminal) => manifest is null ? ["", "", ""] : [
        manifest.Title,
        manifest.Licence,
        onTerminal ? string.Create(CultureInfo.InvariantCulture, $"{manifest.Bytes / 1e6:0} MB") : manifest.Bytes.ToString(CultureInfo.InvariantCulture),
    ];
}

using System.CommandLine;
using System.Globalization;
using ClearBg.Segmentation;
using Microsoft.Extensions.Options;

namespace ClearBg.Cli;

/// <summary><c>models</c>: which models there are, their weights made ready before the first picture needs them, and their ranges measured for 8 bits.</summary>
internal static class ModelsCommand
{
    /// <summary>The command with its verbs.</summary>
    public static Command Create(VerbHost host) => new("models", "Segmentation models of this installation.") { ListVerb(host), PrepareVerb(host), ModelCalibration.Create(host) };

    private static Command ListVerb(VerbHost host)
    {
        var verb = new Command("list", "Lists all models, ready or not; tab-separated when redirected, sizes in bytes.");
        verb.SetAction(line => host.RunAsync(line, static services => services.AddSegmentation(), services =>
        {
            var output = line.InvocationConfiguration.Output;
            var (catalog, configured) = (services.GetRequiredService<ModelCatalog>(), Configured(services));
            ModelTable.Write(output, catalog, services.GetRequiredService<ModelPreparation>(), configured, Listing.IsTerminal(output));

            // No line of the list would say that the gateway is set to a model that isn't there.
            if (!catalog.Names.Contains(configured, StringComparer.Ordinal))
            {
                catalog.Find(configured);
            }

            return Task.FromResult(0);
        }));
        return verb;
    }

    private static Command PrepareVerb(VerbHost host)
    {
        var name = new Argument<string?>("name") { Description = "As listed; the configured model when left out.", Arity = ArgumentArity.ZeroOrOne };
        var precision = new Option<ModelPrecision?>("--precision")
        {
            Description = "auto, int8 or float32: the file to make ready. As configured when left out.", HelpName = "PRECISION",
        };
        var verb = new Command("prepare", "Makes a model's weights ready, unless they are, and prints the path of the file.") { name, precision };
        verb.SetAction((line, cancellation) => host.RunAsync(line, static services => services.AddSegmentation(), async services =>
        {
            var settings = services.GetRequiredService<IOptions<SegmentationOptions>>().Value;
            var choice = PrecisionChoice.Of(services.GetRequiredService<ModelCatalog>().Find(line.GetValue(name) ?? Configured(services)), settings, line.GetValue(precision));
            var manifest = choice.Manifest;
            var steps = new Steps(line.InvocationConfiguration.Error, choice);
            var path = await Task.Run(() => services.GetRequiredService<ModelPreparation>().Prepare(manifest, steps, cancellation), cancellation);
            await line.InvocationConfiguration.Output.WriteLineAsync(path);
            return 0;
        }));
        return verb;
    }

    private static string Configured(IServiceProvider services) => services.GetRequiredService<IOptions<SegmentationOptions>>().Value.Model;

    /// <summary>A line for each step, with the size of what is read. The last one would only repeat the path that standard output gets.</summary>
    private sealed class Steps(TextWriter error, PrecisionChoice choice) : IProgress<PreparationProgress>
    {
        public void Report(PreparationProgress value)
        {
            var size = value.Stage == PreparationStage.Reading && choice.Manifest.Source is { } source ? string.Create(CultureInfo.InvariantCulture, $" ({source.Bytes} bytes)") : "";
            error.WriteLine(value.Stage == PreparationStage.Ready ? $"{choice}. It is ready." : $"{value.Detail}{size}");
        }
    }
}

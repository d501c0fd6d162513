using ClearBg.Segmentation;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace ClearBg.Tests.Segmentation;

/// <summary>The real weights, as the build installs them: some seconds and 220 MB of disk.</summary>
public class IsNetWeightsTests
{
    [Fact]
    public void The_installed_package_gives_the_file_that_the_manifest_describes()
    {
        using var folder = new TemporaryFolder();
        var options = Options.Create(new SegmentationOptions { Cache = folder["cache"] });
        var manifest = new ModelCatalog(options).Find("isnet");
        var preparation = new ModelPreparation(options);

        var path = preparation.Prepare(manifest);

        Assert.Equal(new FileContent(manifest.Bytes, manifest.Sha256), FileContent.Of(path));
        using var session = new InferenceSession(path);
        Assert.Equal([1, 3, manifest.Input.Height, manifest.Input.Width], session.InputMetadata[manifest.Input.Name].Dimensions);
        Assert.Equal(manifest.Output.Name, Assert.Single(session.OutputNames));

        var steps = new Steps();
        preparation.Prepare(manifest, steps);
        Assert.Equal([PreparationStage.Ready], steps.Taken);
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            RandomAccess.Write(file, [0xFF], manifest.Bytes / 2);
        }

        Assert.False(preparation.IsPrepared(manifest));
        preparation.Prepare(manifest);
        Assert.True(preparation.IsPrepared(manifest));
    }

    [Fact]
    public void The_installed_package_and_the_committed_ranges_give_the_8_bit_file_that_the_manifest_describes()
    {
        using var folder = new TemporaryFolder();
        var options = Options.Create(new SegmentationOptions { Cache = folder["cache"] });
        var manifest = new ModelCatalog(options).Find("isnet").InInt8();

        var path = new ModelPreparation(options).Prepare(manifest);

        Assert.Equal(new FileContent(manifest.Bytes, manifest.Sha256), FileContent.Of(path));
    }
}

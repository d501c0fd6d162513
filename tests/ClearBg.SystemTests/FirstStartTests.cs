using System.Net;

namespace ClearBg.SystemTests;

/// <summary>A new installation, and the same one started again.</summary>
public sealed class FirstStartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactNeeds("curl")]
    public async Task Prints_a_key_once_and_a_curl_line_that_works_as_it_stands()
    {
        string key;
        await using (var first = await Gateway.StartAsync(_folder.Path))
        {
            key = first.Key!;
            Assert.Single(first.Printed.Split('\n'), line => line.Trim() == key);

            var pasted = await Shell.RunAsync(["bash", "-c", first.CurlLine!], _folder.Path);
            Assert.True(pasted.Code == 0, pasted.Errors);
            Pictures.AssertIsCutOut(File.ReadAllBytes(_folder["cut-out.png"]));

            first.Terminate();
            Assert.Equal(0, await first.EndAsync());
        }

        var secret = System.Text.Encoding.ASCII.GetBytes(key.Split('_')[^1]);
        var files = Directory.GetFiles(_folder["data"]);
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(secret)));

        await using var second = await Gateway.StartAsync(_folder.Path);
        Assert.Null(second.Key);
        using var answer = await second.RemoveAsync(Pictures.Cat, key);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Rebuilds_damaged_weights_and_says_so()
    {
        var weights = await PrepareAsync();
        using (var file = File.OpenHandle(weights, FileMode.Open, FileAccess.ReadWrite))
        {
            var one = new byte[1];
            var middle = RandomAccess.GetLength(file) / 2;
            _ = RandomAccess.Read(file, one, middle);
            RandomAccess.Write(file, [(byte)(one[0] ^ 1)], middle);
        }

        await using var gateway = await Gateway.StartAsync(_folder.Path, ("Segmentation__Cache", _folder["cache"]));
        Assert.Contains($"{weights}", gateway.Printed, StringComparison.Ordinal);
        Assert.Contains("Converting to ", gateway.Printed, StringComparison.Ordinal);
        using var answer = await gateway.RemoveAsync(Pictures.Cat, gateway.Key!);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<string> PrepareAsync()
    {
        var options = Microsoft.Extensions.Options.Options.Create(new Segmentation.SegmentationOptions { Cache = _folder["cache"] });
        var manifest = new Segmentation.ModelCatalog(options).ForThisMachine("isnet").Manifest;
        return await Task.Run(() => new Segmentation.ModelPreparation(options).Prepare(manifest));
    }
}

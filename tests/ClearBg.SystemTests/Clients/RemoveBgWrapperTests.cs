namespace ClearBg.SystemTests.Clients;

/// <summary>npm's <c>removebg-wrapper</c> 1.0.3. It sends forms, writes what comes with 200 to <c>output.png</c> or <c>output-2.png</c>, and prints anything else.</summary>
public sealed class RemoveBgWrapperTests(ClientsGateway shared) : IClassFixture<ClientsGateway>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactNeeds("node")]
    public async Task Cuts_out_a_file()
    {
        await CallAsync("rbFromImageFile", await SaveAsync("rocket.jpg", Pictures.Rocket), shared.Gateway.Key!);

        Assert.Equal(new PngFile(640, 427, 8, 6), PngFile.Read(await File.ReadAllBytesAsync(_folder["output.png"])));
    }

    [FactNeeds("node")]
    public async Task Cuts_out_what_a_url_points_to()
    {
        await CallAsync("rbFromImageUrl", shared.Pictures.Cat, shared.Gateway.Key!);

        Assert.Equal(new PngFile(451, 300, 8, 6), PngFile.Read(await File.ReadAllBytesAsync(_folder["output-2.png"])));
    }

    [FactNeeds("node")]
    public async Task Prints_the_status_and_errors_of_a_bad_key() =>
        AssertPrints(401, "auth_failed", await CallAsync("rbFromImageFile", await SaveAsync("cat.png", Pictures.Cat), "nonsense"));

    [FactNeeds("node")]
    public async Task Prints_the_status_and_errors_of_a_bad_picture()
    {
        AssertPrints(400, "failed_to_read_image", await CallAsync("rbFromImageFile", await SaveAsync("truncated.jpg", Pictures.TruncatedJpeg), shared.Gateway.Key!));
        AssertPrints(400, "failed_image_download", await CallAsync("rbFromImageUrl", shared.Pictures.Missing, shared.Gateway.Key!));
    }

    private async Task<string> SaveAsync(string name, byte[] picture)
    {
        await File.WriteAllBytesAsync(_folder[name], picture);
        return _folder[name];
    }

    private Task<NodeCall> CallAsync(string function, string picture, string key) =>
        NodeClients.CallAsync(shared.Gateway, _folder.Path, "removebg-wrapper", function, picture, key);

    private void AssertPrints(int status, string code, NodeCall call)
    {
        Assert.StartsWith($"Error: {status} {{\"errors\":[{{\"title\":\"", call.Errors, StringComparison.Ordinal);
        Assert.Contains($"\"code\":\"{code}\"", call.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path, "output*"));
    }
}

using System.Text.Json;

namespace ClearBg.SystemTests.Clients;

/// <summary>npm's <c>remove.bg</c> 1.3.0. It asks for JSON, sends a form for files and JSON otherwise, and is rejected with the list of <c>errors</c>.</summary>
public sealed class RemoveBgPackageTests(ClientsGateway shared) : IClassFixture<ClientsGateway>
{
    private const string File = "removeBackgroundFromImageFile";
    private const string Url = "removeBackgroundFromImageUrl";
    private const string Base64 = "removeBackgroundFromImageBase64";

    private readonly Gateway _gateway = shared.Gateway;

    [FactNeeds("node")]
    public async Task Cuts_out_a_file_and_saves_the_result()
    {
        var (picture, output) = (Path.Combine(shared.Folder, "rocket.jpg"), Path.Combine(shared.Folder, "out.png"));
        await System.IO.File.WriteAllBytesAsync(picture, Pictures.Rocket);

        var call = await CallAsync(File, ("path", picture), ("outputFile", output), ("size", "regular"), ("type", "auto"));

        // 640 × 427 in a quarter of a megapixel.
        var saved = await System.IO.File.ReadAllBytesAsync(output);
        Assert.Equal(new PngFile(612, 408, 8, 6), PngFile.Read(saved));
        Assert.Equal(saved, Picture(call));
        AssertIsDescribed(call, 612, 408);
    }

    [FactNeeds("node")]
    public async Task Crops_a_file_and_gives_it_a_background()
    {
        var picture = Path.Combine(shared.Folder, "rocket.jpg");
        await System.IO.File.WriteAllBytesAsync(picture, Pictures.Rocket);

        var call = await CallAsync(
            File, ("path", picture), ("size", "auto"), ("crop", true), ("crop_margin", "10px"), ("scale", "50%"), ("position", "center"), ("roi", "0% 0% 100% 100%"),
            ("channels", "rgba"), ("bg_color", "ff0000"), ("add_shadow", false));

        // The canvas is the subject with ten pixels around it, and nothing of it is transparent.
        var png = PngFile.Read(Picture(call));
        Assert.Equal((8, 2), (png.Depth, png.ColourType));
        Assert.NotEqual((640, 427), (png.Width, png.Height));
        AssertIsDescribed(call, png.Width, png.Height);
    }

    [FactNeeds("node")]
    public async Task Cuts_out_what_a_url_points_to()
    {
        var call = await CallAsync(Url, ("url", shared.Pictures.Cat), ("size", "regular"), ("type", "person"));

        Assert.Equal(new PngFile(451, 300, 8, 6), PngFile.Read(Picture(call)));
        AssertIsDescribed(call, 451, 300, "person");
    }

    [FactNeeds("node")]
    public async Task Cuts_out_base64()
    {
        var call = await CallAsync(Base64, ("base64img", Convert.ToBase64String(Pictures.Cat)), ("type", "product"));

        Assert.Equal(new PngFile(451, 300, 8, 6), PngFile.Read(Picture(call)));
        AssertIsDescribed(call, 451, 300, "product");
    }

    [FactNeeds("node")]
    public async Task Is_rejected_with_the_errors_of_a_bad_key() =>
        AssertIsRejected("auth_failed", await CallAsync(Base64, ("base64img", Convert.ToBase64String(Pictures.Cat)), ("apiKey", "nonsense")));

    [FactNeeds("node")]
    public async Task Is_rejected_with_the_errors_of_a_bad_picture()
    {
        var picture = Path.Combine(shared.Folder, "truncated.png");
        await System.IO.File.WriteAllBytesAsync(picture, Pictures.Truncated);

        AssertIsRejected("failed_to_read_image", await CallAsync(File, ("path", picture)));
        AssertIsRejected("invalid_file_type", await CallAsync(Base64, ("base64img", Convert.ToBase64String("This is no picture."u8))));
        AssertIsRejected("failed_image_download", await CallAsync(Url, ("url", shared.Pictures.Missing)));
    }

    private Task<NodeCall> CallAsync(string function, params (string Name, object Value)[] options)
    {
        var all = options.ToDictionary(static option => option.Name, static option => option.Value, StringComparer.Ordinal);
        all.TryAdd("apiKey", _gateway.Key!);
        return NodeClients.CallAsync(_gateway, shared.Folder, "remove.bg", function, all);
    }

    /// <summary>Its type RemoveBgResult holds what headers say.</summary>
    private static void AssertIsDescribed(NodeCall call, int width, int height, string type = "other")
    {
        var result = call.Resolved!.Value;
        Assert.Equal((type, $"{width}", $"{height}"), (Text("detectedType"), Text("resultWidth"), Text("resultHeight")));
        Assert.All(["creditsCharged", "rateLimit", "rateLimitRemaining", "rateLimitReset"], name => Assert.Matches(@"^\d+$", Text(name)));
        Assert.False(result.TryGetProperty("retryAfter", out _));

        string Text(string name) => result.GetProperty(name).GetString()!;
    }

    /// <summary>Its type RemoveBgError is <c>{ title, detail?, code }</c>.</summary>
    private static void AssertIsRejected(string code, NodeCall call)
    {
        Assert.Null(call.Resolved);
        var error = Assert.Single(call.Rejected!.Value.EnumerateArray());
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.NotEmpty(error.GetProperty("title").GetString()!);
        Assert.All(error.EnumerateObject(), static property => Assert.Equal(JsonValueKind.String, property.Value.ValueKind));
    }

    private static byte[] Picture(NodeCall call)
    {
        Assert.True(call.Resolved is not null, $"{call.Rejected} {call.Errors}");
        return Convert.FromBase64String(call.Resolved.Value.GetProperty("base64img").GetString()!);
    }
}

using System.Runtime.InteropServices;

namespace ClearBg.SystemTests;

/// <summary>Starts that cannot work: one clear message, the right exit code, never a stack trace.</summary>
public sealed class RefusedStartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reports_every_mistake_in_the_configuration_at_once()
    {
        var ended = await RunAsync(["--Intake:MaxSide=1", "--Admission:Megapixels=0", "--Segmentation:Threads=many", "--Segmentation:Model=Über"]);

        Assert.Equal(2, ended.Code);
        Assert.Contains("MaxSide", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("Megapixels", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("'many'", ended.Errors, StringComparison.Ordinal);
        AssertNoStackTrace(ended);
        Assert.False(Directory.Exists(_folder["data"]), "A database was made.");
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("--urls", "http://127.0.0.1:0", "frobnicate")]
    public async Task Refuses_words_that_it_does_not_know(params string[] words)
    {
        var ended = await RunAsync(words);

        Assert.Equal(2, ended.Code);
        Assert.Contains($"'{words[^1]}'", ended.Errors, StringComparison.Ordinal);
        AssertNoStackTrace(ended);
    }

    [Fact]
    public async Task Names_the_npm_package_that_is_missing_and_loses_no_key()
    {
        Directory.CreateDirectory(_folder["none"]);

        var ended = await RunAsync(
            ["--urls", Gateway.AnyPort],
            ("Segmentation__Cache", _folder["cache"]), ("Segmentation__Packages", _folder["none"]));

        Assert.Equal(1, ended.Code);
        Assert.Contains("@imgly/background-removal-data", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("npm ci", ended.Errors, StringComparison.Ordinal);
        AssertNoStackTrace(ended);
        var keys = await RunAsync(["keys", "list"]);
        Assert.Equal("", keys.Output.Trim());
    }

    [Fact]
    public async Task Says_in_one_sentence_that_the_port_is_taken()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();

        var ended = await RunAsync(["--urls", $"http://{listener.LocalEndpoint}"]);

        Assert.Equal(1, ended.Code);
        Assert.Contains($"{listener.LocalEndpoint}", ended.Errors, StringComparison.Ordinal);
        Assert.Single(ended.Errors.Trim().Split('\n'));
        AssertNoStackTrace(ended);
    }

    /// <summary>Without ONNX Runtime it was a stack trace; without libvips the gateway was ready and answered every picture with 500.</summary>
    [Theory]
    [InlineData("libonnxruntime")]
    [InlineData("libvips")]
    public async Task Names_the_native_library_that_is_missing(string library)
    {
        if (NativeLibrary.TryLoad($"{library}.so.42", out _))
        {
            // The system's own would stand in.
            return;
        }

        // The program's folder is that of the file itself, so that one is copied; links do for all others.
        var program = Directory.CreateDirectory(_folder["program"]).FullName;
        foreach (var entry in Directory.GetFileSystemEntries(AppContext.BaseDirectory).Where(entry => !Path.GetFileName(entry).StartsWith(library, StringComparison.Ordinal)))
        {
            File.CreateSymbolicLink(Path.Combine(program, Path.GetFileName(entry)), entry);
        }

        var copy = Path.Combine(program, Path.GetFileName(Gateway.Program));
        File.Delete(copy);
        File.Copy(Gateway.Program, copy);

        // On AMX and AVX2 the model is computed without ONNX Runtime; without VNNI that would have another file.
        var ended = await Shell.RunAsync(["dotnet", copy, "--urls", Gateway.AnyPort, "--Segmentation:Engine=OnnxRuntime", "--Segmentation:Precision=Int8"], _folder.Path);

        Assert.Equal(1, ended.Code);
        Assert.Contains(library[3..], ended.Errors, StringComparison.Ordinal);
        AssertNoStackTrace(ended);
    }

    private Task<Ended> RunAsync(string[] words, params (string Name, string Value)[] environment) =>
        Shell.RunAsync(["dotnet", Gateway.Program, .. words], _folder.Path, environment);

    private static void AssertNoStackTrace(Ended ended) => Assert.DoesNotContain("   at ", ended.Output + ended.Errors, StringComparison.Ordinal);
}

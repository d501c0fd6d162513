using System.Runtime.InteropServices;
using ClearBg.Imaging;

namespace ClearBg.SystemTests;

/// <summary>The program on processors that this one isn't: .NET hides instructions from a process that is told so.</summary>
public sealed class ProcessorTests : IDisposable
{
    private static readonly (string Name, string Value)[] NoAvx512 = [("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX512F", "0")];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fewer_instructions_make_the_same_matte()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return;
        }

        var whole = await MatteAsync("whole");

        // ClearBg's own code on AVX2 alone; and ONNX Runtime, which sees the processor as it is, in single precision.
        var avx2 = await MatteAsync("avx2", [.. NoAvx512, ("Segmentation__Engine", "Avx2")]);
        var none = await MatteAsync("none", [.. NoAvx512, ("DOTNET_EnableAVX2", "0")]);

        Assert.InRange(whole.Average(static level => level), 40, 215);
        Assert.InRange(Difference(whole, avx2), 0, 0.5);
        Assert.InRange(Difference(whole, none), 1e-6, 5);
    }

    private static double Difference(byte[] one, byte[] other) => one.Zip(other, static (one, other) => Math.Abs(one - other)).Average();

    /// <summary>Levels of the cat's matte.</summary>
    private async Task<byte[]> MatteAsync(string name, params (string Name, string Value)[] environment)
    {
        var file = _folder[$"{name}.png"];
        var ended = await Shell.RunAsync(
            ["dotnet", Gateway.Program, "remove", Path.Combine(AppContext.BaseDirectory, "samples", "chelsea.png"), "--channels", "alpha", "--refinement", "none", "-o", file], TimeSpan.FromMinutes(5), _folder.Path, environment);
        Assert.True(ended.Code == 0, ended.Errors);

        using var pool = new BufferPool(0);
        using var matte = new Decoder(pool).Decode(PictureFormat.Png, await File.ReadAllBytesAsync(file), (1, 1), CancellationToken.None);
        return matte.Pixels.Samples.ToArray();
    }
}

using ClearBg.Imaging;
using ClearBg.Segmentation.Onnx;
using Google.Protobuf;

namespace ClearBg.Segmentation.Bytewise;

/// <summary>An 8-bit model on a <see cref="TileUnit"/>.</summary>
internal sealed class IntegerEngine : IInferenceEngine
{
    private readonly BufferPool _pool;
    private readonly IntegerNetwork _network;
    private readonly int _threads;

    private IntegerEngine(BufferPool pool, IntegerNetwork network, TileUnit unit, int threads) => (_pool, _network, _threads, Name) = (pool, network, threads, $"on its {unit.Name}");

    public string Name { get; }

    public string Reason => "";

    /// <summary>Opens a model where all it needs is there.</summary>
    /// <param name="pool">For working memory and mattes.</param>
    /// <param name="manifest">What the file expects and gives.</param>
    /// <param name="path">A prepared ONNX file.</param>
    /// <param name="threads">Of all inferences at a time; 0 means one for each core.</param>
    /// <param name="concurrency">Inferences at a time.</param>
    /// <param name="setting">Which unit.</param>
    /// <param name="reason">For another engine: why, where it isn't opened though it was wanted and there is such a unit.</param>
    /// <exception cref="ModelException">The setting names a unit that isn't there.</exception>
    public static IntegerEngine? TryOpen(BufferPool pool, ModelManifest manifest, string path, int threads, int concurrency, EngineSetting setting, out string reason)
    {
        reason = "";
        if (manifest.Precision != ModelPrecision.Int8 || TileUnit.Of(setting) is not { } unit)
        {
            return null;
        }

        try
        {
            var (input, output) = (manifest.Input, manifest.Output);

            using var file = new FileMemory(path);
            if (NetworkCompiler.TryCompile(unit, OnnxFile.Parse(file.Memory), input.Name, [3, input.Height, input.Width], output.Name, out var obstacle) is { } network)
            {
                return new(pool, network, unit, Math.Max(1, (threads == 0 ? Cores.Physical : threads) / concurrency));
            }

            reason = $"its {unit.Name} can't compute {obstacle}";
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // ONNX Runtime says in its own words what is wrong with the file.
            reason = $"its {unit.Name} can't compute a file that can't be read";
        }

        return null;
    }

    public Plane Run(PixelBuffer tensor, bool isLast, CancellationToken cancellation)
    {
        var matte = new Plane(_pool, _network.Width, _network.Height);
        try
        {
            _network.Run(_pool, tensor, matte, _threads, cancellation);
            return matte;
        }
        catch
        {
            matte.Dispose();
            throw;
        }
    }

    public void Dispose() => _network.Dispose();
}

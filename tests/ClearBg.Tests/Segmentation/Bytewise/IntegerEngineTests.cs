using System.Runtime.Intrinsics.X86;
using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Bytewise;
using ClearBg.Segmentation.Quantization;
using ClearBg.Tests.Segmentation.Quantization;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using static ClearBg.Tests.Segmentation.Bytewise.ByteNetwork;
using static ClearBg.Tests.Segmentation.Quantization.Network;

namespace ClearBg.Tests.Segmentation.Bytewise;

/// <summary>Which engine a session has, and that it matters little.</summary>
public sealed class IntegerEngineTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public static TheoryData<string> All => [.. Units.Names];

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>A damaged file is made anew where the model says that it is one; what else could be wrong with it, ONNX Runtime says.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void A_damaged_file_is_refused_as_ever(int length)
    {
        var bytes = Quantized(Float(), Noise()).ToByteArray();
        using var folder = new TemporaryFolder();
        var path = folder.Write("damaged.onnx", bytes.AsSpan(0, length));
        var manifest = new ModelManifest(
            "tiny", "Tiny", "MIT", "damaged.onnx", length, "", new("picture", Side, Side, [128, 128, 128], [256, 256, 256], ModelResize.Squash), new("matte", ModelActivation.None))
            { Precision = ModelPrecision.Int8 };

        Assert.Throws<ModelException>(() => new SegmentationSession(_pool, manifest, path, 1));
    }

    /// <summary>ONNX Runtime is exact on this file even where it saturates: its weights and values are small.</summary>
    [Theory]
    [InlineData(EngineSetting.Auto)]
    [InlineData(EngineSetting.OnnxRuntime)]
    [InlineData(EngineSetting.Amx)]
    [InlineData(EngineSetting.Avx2)]
    internal async Task A_session_uses_the_unit_that_is_wanted_where_the_processor_has_it(EngineSetting setting)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("bytes.onnx", Quantized(Float(), Noise()).ToByteArray());
        var manifest = new ModelManifest(
            "tiny", "Tiny", "MIT", "bytes.onnx", 1, "", new("picture", Side, Side, [128, 128, 128], [256, 256, 256], ModelResize.Squash), new("matte", ModelActivation.None))
            { Precision = ModelPrecision.Int8 };
        var (amx, avx2) = (AmxUnit.IsSupported, Avx2.IsSupported);
        if ((setting is EngineSetting.Amx && !amx) || (setting is EngineSetting.Avx2 && !avx2))
        {
            var error = Assert.Throws<ModelException>(() => new SegmentationSession(_pool, manifest, path, threads: 2, concurrency: 2, setting));
            Assert.Equal($"Segmentation:Engine is {setting}, which this processor or system doesn't have. Set it to Auto or OnnxRuntime.", error.Message);
            return;
        }

        using var session = new SegmentationSession(_pool, manifest, path, threads: 2, concurrency: 2, setting);

        var expected = setting switch
        {
            EngineSetting.OnnxRuntime => "by ONNX Runtime",
            EngineSetting.Amx => "on its AMX unit",
            EngineSetting.Avx2 => "on its AVX2 unit",
            _ => amx ? "on its AMX unit" : avx2 && PrecisionChoice.ExactInt8 is null ? "on its AVX2 unit" : "by ONNX Runtime",
        };
        Assert.Equal((expected, ""), (session.Engine, session.Reason));
        await session.WarmAsync(CancellationToken.None);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_session_says_why_it_does_not_use_the_unit(string unit)
    {
        if (unit is Units.None)
        {
            return;
        }

        using var folder = new TemporaryFolder();
        var model = Network.Small();
        Int8Conversion.Apply(model, RangesOn(model, Network.Picture()));
        var path = folder.Write("small.onnx", model.ToByteArray());
        var manifest = new ModelManifest(
            "small", "Small", "MIT", "small.onnx", 1, "", new("picture", 8, 8, [128, 128, 128], [256, 256, 256], ModelResize.Squash), new("matte", ModelActivation.None))
            { Precision = ModelPrecision.Int8 };
        using var session = new SegmentationSession(_pool, manifest, path, 1, engine: Enum.Parse<EngineSetting>(unit));

        Assert.Equal(("by ONNX Runtime", $"its {Units.Of(unit).Name} can't compute a map of 8 × 8 pixels"), (session.Engine, session.Reason));
        Assert.Throws<ModelException>(() => new SegmentationSession(_pool, manifest, path, 1, engine: Enum.Parse<EngineSetting>(unit), isUnitNeeded: true));
    }

    /// <summary>All that there are here, on the whole of a picture: maps of every size and kind. ONNX Runtime resizes in float.</summary>
    [Fact]
    public async Task The_real_model_has_the_same_bits_on_every_unit_and_nearly_those_of_ONNX_Runtime()
    {
        var options = Options.Create(new SegmentationOptions { Precision = ModelPrecision.Int8 });
        var manifest = new ModelCatalog(options).ForThisMachine(options.Value.Model).Manifest;
        var path = new ModelPreparation(options).Prepare(manifest);
        using var picture = await DecodedAsync();
        using var tensor = PictureTensor.Create(_pool, manifest.Input, picture.Pixels, picture.Metadata, CancellationToken.None);
        float[]? first = null;
        foreach (var unit in Units.Names.Where(static unit => unit is not Units.None))
        {
            var matte = await MatteAsync(Enum.Parse<EngineSetting>(unit));
            first ??= matte;
            Assert.Equal(first, matte);
            Assert.InRange(matte.Average(), 0.3, 0.7);
        }

        if (first is not null && PrecisionChoice.ExactInt8 is not null)
        {
            var other = await MatteAsync(EngineSetting.OnnxRuntime);
            Assert.InRange(first.Zip(other, static (one, other) => Math.Abs(one - other)).Average(), 0, 0.002);
        }

        async Task<float[]> MatteAsync(EngineSetting engine)
        {
            using var session = new SegmentationSession(_pool, manifest, path, 0, engine: engine);
            using var matte = await session.RunAsync(tensor.Values, CancellationToken.None);
            return matte.Samples.ToArray();
        }

        async Task<DecodedPicture> DecodedAsync()
        {
            var file = await System.IO.File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "astronaut.png"));
            return new Decoder(_pool).Decode(PictureFormat.Png, file, (512, 512), CancellationToken.None);
        }
    }
}

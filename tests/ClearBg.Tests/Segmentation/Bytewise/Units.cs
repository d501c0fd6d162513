using System.Runtime.Intrinsics.X86;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Bytewise;

namespace ClearBg.Tests.Segmentation.Bytewise;

/// <summary>The units that this processor has.</summary>
internal static class Units
{
    public static IReadOnlyList<string> Names { get; } =
        [.. Avx2.IsSupported ? [nameof(EngineSetting.Avx2)] : Array.Empty<string>(), .. AmxUnit.IsSupported ? [nameof(EngineSetting.Amx)] : Array.Empty<string>()];

    public static TileUnit Of(string name) => TileUnit.Of(Enum.Parse<EngineSetting>(name))!;
}

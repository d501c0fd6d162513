using System.Runtime.Intrinsics.X86;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Bytewise;

namespace ClearBg.Tests.Segmentation.Bytewise;

/// <summary>The units that this processor has.</summary>
internal static class Units
{
    /// <summary>None for a theory that has nothing to do, since it may not be without data.</summary>
    public const string None = "none";

    public static IReadOnlyList<string> Names { get; } =
        [.. Avx2.IsSupported ? [nameof(EngineSetting.Avx2)] : new[] { None }, .. AmxUnit.IsSupported ? [nameof(EngineSetting.Amx)] : Array.Empty<string>()];

    public static TileUnit Of(string name) => TileUnit.Of(Enum.Parse<EngineSetting>(name))!;
}

using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClearBg.Intake;

/// <summary>What a picture that comes in may weigh and measure. Configuration section "Intake".</summary>
internal sealed class IntakeOptions
{
    public const string Section = "Intake";

    /// <summary>Bytes of the encoded file. 1,024 to 1,073,741,824 (1 GiB); 26,214,400 (25 MiB) by default.</summary>
    [Range(1024, 1 << 30)]
    public int MaxBytes { get; set; } = 25 << 20;

    /// <summary>Pixels of the longer side. 16 to 65,500 (what JPEG decoders take); 10,000 by default.</summary>
    [Range(16, 65_500)]
    public int MaxSide { get; set; } = 10_000;

    /// <summary>Millions of pixels. 1 to 500; 50 by default.</summary>
    [Range(1, 500)]
    public int MaxMegapixels { get; set; } = 50;

    /// <summary>Seconds that decoding may take. 1 to 300; 20 by default.</summary>
    [Range(1, 300)]
    public int DecodeSeconds { get; set; } = 20;
}

/// <summary>Checks every bound at once, at start.</summary>
[OptionsValidator]
internal sealed partial class IntakeOptionsValidator : IValidateOptions<IntakeOptions>;

using System.ComponentModel.DataAnnotations;
using ClearBg.Segmentation.Refinement;
using Microsoft.Extensions.Options;

namespace ClearBg.Segmentation;

/// <summary>Section <c>Segmentation</c>: which model cuts out the subject and where its parts lie. Relative paths start at the current directory.</summary>
internal sealed class SegmentationOptions
{
    public const string Section = "Segmentation";

    /// <summary>Name of a folder in <see cref="Folder"/>: 1–64 lower-case letters, digits, <c>.</c>, <c>_</c> and <c>-</c>. Default: <c>isnet</c>.</summary>
    [Required, RegularExpression("^[a-z0-9][a-z0-9._-]{0,63}$")]
    public string Model { get; set; } = "isnet";

    /// <summary>Folder with one folder for each model: its manifest and, where that names no source, the operator's own ONNX file. Null: <c>models</c> beside the program.</summary>
    public string? Folder { get; set; }

    /// <summary>
    /// Folder for prepared weights, for ISNet 45 MB in 8 bits and 176 MB in single precision; it must be writable until they are there. Null: <c>$XDG_CACHE_HOME/clearbg/models</c>,
    /// or <c>~/.cache/clearbg/models</c>, or on Windows <c>ClearBg\models</c> in the user's local application data.
    /// </summary>
    public string? Cache { get; set; }

    /// <summary>A <c>node_modules</c> folder with the packages that weights are made from. Null: searched upwards from the program's folder and from the current directory, each time also in <c>src/Native</c>.</summary>
    public string? Packages { get; set; }

    /// <summary>
    /// One's own copy of the file for <see cref="Model"/> (such as <c>isnet-general-use.onnx</c>), used in place of the manifest's source. Its input and
    /// output must be the manifest's. There is no hash to check it against. Null: the manifest's source.
    /// </summary>
    public string? Weights { get; set; }

    /// <summary><c>Auto</c> (8 bits where the processor multiplies them exactly and the model has such a file, else single precision), <c>Int8</c> or <c>Float32</c>.</summary>
    [EnumDataType(typeof(ModelPrecision))]
    public ModelPrecision Precision { get; set; }

    /// <summary>
    /// What is done at the subject's edge where a request doesn't say it: <c>None</c>, <c>Fast</c> (a guided filter), <c>Fine</c> (closed-form matting) or <c>Best</c> (the
    /// same, and a second inference on the mirrored picture with faded surroundings). Default: <c>Fine</c>.
    /// </summary>
    [EnumDataType(typeof(RefinementLevel))]
    public RefinementLevel Refinement { get; set; } = RefinementLevel.Fine;

    /// <summary>
    /// Inferences at a time, 1–64. 1 answers each picture soonest. With as many as there are cores and <see cref="Threads"/> 1, no core waits for another, and each
    /// inference beyond the first takes its own working memory.
    /// </summary>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 1;

    /// <summary>Threads that compute, 0–256; inferences at a time share them, and with 1 each has one of its own. 0: one for each physical core.</summary>
    [Range(0, 256)]
    public int Threads { get; set; }

    /// <summary>What computes a model in 8 bits: <c>Auto</c> (the best for this processor), <c>OnnxRuntime</c>, <c>Amx</c> or <c>Avx2</c>.</summary>
    [EnumDataType(typeof(EngineSetting))]
    public EngineSetting Engine { get; set; }

    /// <summary>True where a model is loaded from <see cref="Weights"/>, for which nothing holds that was measured on the published ones.</summary>
    public bool HasOwnWeightsFor(string model) => Weights is not null && string.Equals(model, Model, StringComparison.Ordinal);
}

[OptionsValidator]
internal sealed partial class SegmentationOptionsValidator : IValidateOptions<SegmentationOptions>;

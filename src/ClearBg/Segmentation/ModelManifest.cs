using System.Text.Json.Serialization;

namespace ClearBg.Segmentation;

/// <summary>
/// What is known about a model, read from <c>manifest.json</c> in the model's folder. <see cref="Bytes"/> and <see cref="Sha256"/> describe
/// the file that is loaded: the one that lies in the folder, or, with a <see cref="Source"/>, the one that is prepared from an npm package.
/// </summary>
/// <param name="Name">Also the folder's name: 1–64 lower-case letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</param>
/// <param name="Title">One line for people.</param>
/// <param name="Licence">Of the weights: an SPDX expression, or a sentence where no expression says it all.</param>
/// <param name="File">Plain file name of the ONNX file, without a folder.</param>
/// <param name="Bytes">Size of the file that is loaded, 1 to 2³¹ − 1.</param>
/// <param name="Sha256">Of the file that is loaded, 64 hexadecimal digits.</param>
/// <param name="Input">The tensor that takes the picture.</param>
/// <param name="Output">The tensor that holds the matte.</param>
/// <param name="Source">Where the weights come from when they are prepared on this machine; null when the operator puts the file into the folder.</param>
/// <param name="Int8">The same model in 8 bits, which is made from the source too; null when there is none.</param>
internal sealed record ModelManifest(
    string Name, string Title, string Licence, string File, long Bytes, string Sha256, ModelInput Input, ModelOutput Output, ModelSource? Source = null,
    ModelQuantization? Int8 = null)
{
    /// <summary>The file's name in every model folder.</summary>
    public const string FileName = "manifest.json";

    // What follows is not in the file. Internal, it is nothing to the serializer, which then refuses it there like any unknown name; [JsonIgnore] would skip it.

    /// <summary>The folder that the manifest was read from.</summary>
    internal string Folder { get; init; } = "";

    /// <summary>What the values of the file that is loaded are.</summary>
    internal ModelPrecision Precision { get; init; } = ModelPrecision.Float32;

    /// <summary>Full path of the activation ranges that an 8-bit file is made with; null for float.</summary>
    internal string? RangesPath => Precision == ModelPrecision.Int8 ? Path.Combine(Folder, Int8!.Ranges) : null;

    /// <summary>The same model with <see cref="Int8"/> as the file that is loaded.</summary>
    public ModelManifest InInt8() => this with { File = Int8!.File, Bytes = Int8.Bytes, Sha256 = Int8.Sha256, Precision = ModelPrecision.Int8 };

    /// <summary>The outputs that a prepared file keeps.</summary>
    internal IReadOnlyList<string> KeptOutputs => Source?.Outputs ?? [Output.Name];
}

/// <summary>A float tensor [1, 3, <see cref="Height"/>, <see cref="Width"/>], RGB planar, of (level − mean) / std.</summary>
/// <param name="Name">Name in the graph.</param>
/// <param name="Width">Pixels, 1–4096.</param>
/// <param name="Height">Pixels, 1–4096.</param>
/// <param name="Mean">Red, green, blue in 8-bit levels, 0–255.</param>
/// <param name="Std">Red, green, blue in 8-bit levels, not 0.</param>
/// <param name="Resize">How a picture of another shape gets this size.</param>
internal sealed record ModelInput(string Name, int Width, int Height, float[] Mean, float[] Std, ModelResize Resize);

/// <summary>A float tensor with one channel at the input's size or a fraction of it.</summary>
/// <param name="Name">Name in the graph.</param>
/// <param name="Activation">What turns its values into a matte of 0–1.</param>
internal sealed record ModelOutput(string Name, ModelActivation Activation);

/// <summary>An entry of a npm package that holds files in chunks listed by <c>dist/resources.json</c>.</summary>
/// <param name="Package">Name on npm.</param>
/// <param name="Version">The exact version.</param>
/// <param name="Entry">Key in <c>dist/resources.json</c>.</param>
/// <param name="Bytes">Size of the joined chunks, 1 to 2³¹ − 1.</param>
/// <param name="Sha256">Of the joined chunks, 64 hexadecimal digits.</param>
/// <param name="Convert">How the published file becomes the one that is loaded.</param>
/// <param name="Outputs">The outputs to keep, at least the one that holds the matte.</param>
internal sealed record ModelSource(string Package, string Version, string Entry, long Bytes, string Sha256, ModelConversion Convert, string[] Outputs);

/// <summary>A model's 8-bit file.</summary>
/// <param name="File">Plain file name of the ONNX file.</param>
/// <param name="Bytes">Its size, 1 to 2³¹ − 1.</param>
/// <param name="Sha256">Of the file, 64 hexadecimal digits.</param>
/// <param name="Ranges">Plain file name of the activation ranges in the model's folder, as <c>models calibrate</c> measures them.</param>
internal sealed record ModelQuantization(string File, long Bytes, string Sha256, string Ranges);

/// <summary>What a model computes with.</summary>
internal enum ModelPrecision
{
    /// <summary>8 bits where this machine's processor multiplies them exactly and the model has such a file, else single precision.</summary>
    Auto,
    /// <summary>8-bit weights and activations: a third of the time, less than half the memory.</summary>
    Int8,
    /// <summary>Single precision: the reference.</summary>
    Float32,
}

/// <summary>How a picture gets the input's size.</summary>
internal enum ModelResize
{
    /// <summary>The whole picture is stretched; its aspect changes.</summary>
    [JsonStringEnumMemberName("squash")]
    Squash,
    /// <summary>The aspect is kept and the rest is padded.</summary>
    [JsonStringEnumMemberName("letterbox")]
    Letterbox,
}

/// <summary>What turns output values into a matte.</summary>
internal enum ModelActivation
{
    /// <summary>They are a matte already.</summary>
    [JsonStringEnumMemberName("none")]
    None,
    /// <summary>They are logits: 1 / (1 + e^−x).</summary>
    [JsonStringEnumMemberName("sigmoid")]
    Sigmoid,
    /// <summary>They are stretched so that the picture's least becomes 0 and its greatest 1.</summary>
    [JsonStringEnumMemberName("minmax")]
    MinMax,
}

/// <summary>How a published file becomes the one that is loaded.</summary>
internal enum ModelConversion
{
    /// <summary>Half floats become floats and the Casts between them go; outputs that nobody wants go with everything that only they need.</summary>
    [JsonStringEnumMemberName("float32")]
    Float32,
}

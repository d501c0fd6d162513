using System.Runtime.CompilerServices;
using ClearBg.Segmentation.Onnx;
using ClearBg.Segmentation.Quantization;
using Google.Protobuf;

namespace ClearBg.Segmentation;

/// <summary>From published weights to a prepared file. Takes a few seconds and, for 90 MB of half floats, about 400 MB of memory, which is given back.</summary>
internal static class WeightsConversion
{
    /// <summary>Reads, converts and writes.</summary>
    /// <param name="read">The published file's bytes. Called once; the bytes are not kept.</param>
    /// <param name="origin">What the bytes are, for messages.</param>
    /// <param name="outputs">The outputs to keep.</param>
    /// <param name="ranges">Full path of the activation ranges for 8 bits, or null for float.</param>
    /// <param name="path">Full path of the prepared file.</param>
    /// <param name="expected">What it must become, or null when nobody can know.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="cancel">Looked at between steps.</param>
    /// <exception cref="ModelException">The bytes are not an ONNX model that can be converted, or the result is not the expected one.</exception>
    /// <exception cref="IOException">It cannot be written; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public static FileContent Run(
        Func<byte[]> read, string origin, IReadOnlyCollection<string> outputs, string? ranges, string path, FileContent? expected,
        IProgress<PreparationProgress>? progress, CancellationToken cancel)
    {
        try
        {
            return Convert(read, origin, outputs, ranges, path, expected, progress, cancel);
        }
        finally
        {
            // Hundreds of megabytes that a server would carry until its next full collection, which may be days away.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    // Not inlined: code that is compiled in haste keeps its locals alive to the method's end, and the model must be garbage when Run collects it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FileContent Convert(
        Func<byte[]> read, string origin, IReadOnlyCollection<string> outputs, string? ranges, string path, FileContent? expected,
        IProgress<PreparationProgress>? progress, CancellationToken cancel)
    {
        progress?.Report(new(PreparationStage.Reading, $"Reading {origin}"));
        var model = Parse(read, origin);
        cancel.ThrowIfCancellationRequested();
        progress?.Report(new(PreparationStage.Converting, $"Converting to {(ranges is null ? "float32" : "int8")}, keeping {string.Join(", ", outputs)}"));
        Convert(model, origin, outputs, ranges);
        cancel.ThrowIfCancellationRequested();
        var bytes = model.CalculateSize();
        progress?.Report(new(PreparationStage.Writing, $"Writing {bytes} bytes to {path}"));
        return AtomicFile.Write(path, bytes, model.WriteTo, written => Check(written, expected, origin));
    }

    private static void Convert(ModelProto model, string origin, IReadOnlyCollection<string> outputs, string? ranges)
    {
        try
        {
            Float32Conversion.Apply(model, outputs);
            if (ranges is not null)
            {
                Int8Conversion.Apply(model, ActivationRanges.Read(ranges));
            }
        }
        catch (Exception e) when (e is not (ModelException or IOException or UnauthorizedAccessException))
        {
            // The format promises unique names, a Cast's input and much more. A file that breaks one of its promises fails in whichever pass relies on it,
            // each in its own way; to check all of them beforehand would be a second converter.
            throw new ModelException($"{origin} is not a well-formed ONNX model: {e.Message} Check it with onnx.checker, or export it anew.", e);
        }
    }

    private static ModelProto Parse(Func<byte[]> read, string origin)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(read());
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelException($"{origin} is not an ONNX file: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{origin} cannot be read: {e.Message}", e);
        }
    }

    private static void Check(FileContent written, FileContent? expected, string origin)
    {
        if (expected is { } wanted && !wanted.Matches(written))
        {
            throw new ModelException(
                $"{origin} was converted to {written}, but the manifest expects {wanted}. The manifest belongs to another version of ClearBg: take both from the same one.");
        }
    }
}

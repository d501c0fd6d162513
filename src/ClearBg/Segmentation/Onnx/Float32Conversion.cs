namespace ClearBg.Segmentation.Onnx;

/// <summary>
/// Turns a published model into one of plain floats: only the wanted outputs, floats in place of half floats, no Casts between them, and no
/// computation of sizes that are factors.
/// Half floats save space on the way but cost time on a processor: it computes in float anyhow and converts at every step.
/// The same file and outputs give the same bytes on every machine.
/// </summary>
internal static class Float32Conversion
{
    /// <summary>Goes up whenever the same file and outputs become other bytes: files that an earlier version prepared are then made anew.</summary>
    public const int Version = 1;

    /// <summary>Converts <paramref name="model"/> in place; its values are then as before, but for the roundings to half that are gone.</summary>
    /// <exception cref="ModelException">An output is missing, tensors are damaged or lie outside the file, or the model has functions of its own.</exception>
    public static void Apply(ModelProto model, IReadOnlyCollection<string> outputs)
    {
        if (model.Graph is not { } graph)
        {
            throw new ModelException("The ONNX file holds no graph.");
        }

        if (model.Functions.Count > 0)
        {
            throw new ModelException("The ONNX file has functions of its own, which ClearBg doesn't convert. Inline them when exporting the model.");
        }

        // Pruned first, so that no time goes into what is thrown away; and again, as nobody needs the sizes and the Casts' values any more.
        OutputPruning.Keep(graph, outputs);
        HalfWidening.Apply(graph);
        CastRemoval.Apply(graph);
        ResizeScales.Apply(graph);
        OutputPruning.Keep(graph, outputs);
    }
}

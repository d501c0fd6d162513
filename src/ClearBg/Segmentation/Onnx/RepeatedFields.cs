using Google.Protobuf.Collections;

namespace ClearBg.Segmentation.Onnx;

/// <summary>Removal in one pass: a repeated field's own RemoveAt shifts the rest for each element.</summary>
internal static class RepeatedFields
{
    /// <summary>Takes the elements that match out of the field, keeps the order of the rest, and returns those taken.</summary>
    public static List<T> RemoveWhere<T>(this RepeatedField<T> field, Predicate<T> matches)
    {
        var removed = new List<T>();
        var kept = new List<T>(field.Count);
        foreach (var element in field)
        {
            (matches(element) ? removed : kept).Add(element);
        }

        if (removed.Count > 0)
        {
            field.Clear();
            field.AddRange(kept);
        }

        return removed;
    }
}

using System.Numerics.Tensors;
using ClearBg.Imaging;

namespace ClearBg.Segmentation.Refinement;

/// <summary>
/// What lies around the subject that a first matte shows. A model looks for what stands out; where the surroundings have faded, it finds more of what is left: on 68 pictures
/// of known mattes a second matte from the mirrored picture alone, joined to the first, left a mean error of 0.043 and an IoU of 0.880, and
/// one from the mirrored picture with faded surroundings 0.036 and 0.895.
/// </summary>
internal static class Surroundings
{
    /// <summary>How far they fade. From a third to two thirds of the way the mean error stayed within 2 %; animals like less.</summary>
    private const float Strength = 0.5f;

    /// <summary>
    /// The mean of coverage around a sample from which on it is kept as it is, a twentieth, so that what the model is unsure of is kept too. From an eighth to a fortieth the mean error
    /// was 0.036 to 0.038.
    /// </summary>
    private const float Kept = 1 / 20f;

    /// <summary>How far around a sample counts, as a share of the matte's longer side: where one blur's weight has fallen to 1 ∕ e.</summary>
    private const float Reach = 1 / 50f;

    /// <summary>Mean level of a subject, from which on it counts as bright.</summary>
    private const float Bright = 140;

    /// <summary>BT.601.</summary>
    private static readonly float[] Luma = [0.299f, 0.587f, 0.114f];

    /// <summary>Fades them, half way to black behind a bright subject and to white behind a dark one, little by little with the distance from it. Padding isn't part of them.</summary>
    /// <param name="pool">For a plane of the matte's size.</param>
    /// <param name="input">The model's.</param>
    /// <param name="tensor">Its view of the picture; changed in place.</param>
    /// <param name="matte">What the model made of it; may have another size, and values that aren't coverage. Where it shows nothing but specks, nothing fades.</param>
    public static void Fade(BufferPool pool, ModelInput input, PictureTensor tensor, Plane matte)
    {
        using var coverage = new MarginPlane(pool, matte.Width, matte.Height);
        for (var y = 0; y < matte.Height; y++)
        {
            // What isn't a number is 0.
            TensorPrimitives.MaxNumber(matte.Row(y), 0, coverage.Row(y));
            TensorPrimitives.Min(coverage.Row(y), 1, coverage.Row(y));
        }

        var ground = MeanLevel(input, tensor, coverage) < Bright ? 255f : 0;
        coverage.Blur(Reach * Math.Max(matte.Width, matte.Height));
        if (TensorPrimitives.Max<float>(coverage.Samples) < Kept)
        {
            return;
        }

        var amounts = new float[input.Width];
        for (var y = tensor.Content.Top; y < tensor.Content.Bottom; y++)
        {
            Stretch(coverage.Row(y * coverage.Height / input.Height), amounts);
            TensorPrimitives.Multiply(amounts, -Strength / Kept, amounts);
            TensorPrimitives.Add(amounts, Strength, amounts);
            TensorPrimitives.Max(amounts, 0, amounts);
            for (var channel = 0; channel < 3; channel++)
            {
                var row = Row(tensor, input, channel, y).Slice(tensor.Content.Left, tensor.Content.Width);
                TensorPrimitives.Lerp(row, (ground - input.Mean[channel]) / input.Std[channel], amounts.AsSpan(tensor.Content.Left, row.Length), row);
            }
        }
    }

    /// <summary>Of the subject; not a number where there is none.</summary>
    private static double MeanLevel(ModelInput input, PictureTensor tensor, MarginPlane coverage)
    {
        var (sum, weight) = (0.0, 0.0);
        var alpha = new float[input.Width];
        for (var y = 0; y < input.Height; y++)
        {
            Stretch(coverage.Row(y * coverage.Height / input.Height), alpha);
            var covered = TensorPrimitives.Sum<float>(alpha);
            weight += covered;
            for (var channel = 0; channel < 3; channel++)
            {
                sum += Luma[channel] * ((TensorPrimitives.Dot(alpha, Row(tensor, input, channel, y)) * input.Std[channel]) + (covered * input.Mean[channel]));
            }
        }

        return sum / weight;
    }

    private static Span<float> Row(PictureTensor tensor, ModelInput input, int channel, int y) =>
        tensor.Values.As<float>().Slice(((channel * input.Height) + y) * input.Width, input.Width);

    /// <summary>The nearest samples.</summary>
    private static void Stretch(ReadOnlySpan<float> row, Span<float> target)
    {
        if (row.Length == target.Length)
        {
            row.CopyTo(target);
            return;
        }

        for (var x = 0; x < target.Length; x++)
        {
            target[x] = row[x * row.Length / target.Length];
        }
    }
}

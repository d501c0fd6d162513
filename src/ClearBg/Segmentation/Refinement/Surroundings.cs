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

    /// <summary>Fades them, half way to black behind a bright subject and to white behind a dark one, little by little with the distance from it.</summary>
    /// <param name="pool">For a plane of the matte's size.</param>
    /// <param name="input">The model's.</param>
    /// <param name="tensor">[1, 3, height, width] of the input, normalised; changed in place.</param>
    /// <param name="matte">What the model made of it; may have another size. Where it shows nothing, nothing fades.</param>
    public static void Fade(BufferPool pool, ModelInput input, PixelBuffer tensor, Plane matte)
    {
        using var coverage = new MarginPlane(pool, matte.Width, matte.Height);
        for (var y = 0; y < matte.Height; y++)
        {
            matte.Row(y).CopyTo(coverage.Row(y));
        }

        coverage.Blur(Reach * Math.Max(matte.Width, matte.Height));
        if (TensorPrimitives.Max<float>(coverage.Samples) < Kept)
        {
            return;
        }

        var ground = MeanLevel(input, tensor, matte) < Bright ? 255f : 0;
        var amounts = new float[input.Width];
        for (var y = 0; y < input.Height; y++)
        {
            Stretch(coverage.Row(RowOf(y, input, matte)), amounts);
            TensorPrimitives.Multiply(amounts, 1 / Kept, amounts);
            TensorPrimitives.Min(amounts, 1, amounts);
            TensorPrimitives.Multiply(amounts, -Strength, amounts);
            TensorPrimitives.Add(amounts, Strength, amounts);
            for (var channel = 0; channel < 3; channel++)
            {
                var row = Row(tensor, input, channel, y);
                TensorPrimitives.Lerp(row, (ground - input.Mean[channel]) / input.Std[channel], amounts, row);
            }
        }
    }

    /// <summary>Of the subject.</summary>
    private static float MeanLevel(ModelInput input, PixelBuffer tensor, Plane matte)
    {
        var (sum, weight) = (0.0, 0.0);
        var alpha = new float[input.Width];
        for (var y = 0; y < input.Height; y++)
        {
            Stretch(matte.Row(RowOf(y, input, matte)), alpha);
            var coverage = TensorPrimitives.Sum<float>(alpha);
            weight += coverage;
            for (var channel = 0; channel < 3; channel++)
            {
                sum += Luma[channel] * ((TensorPrimitives.Dot(alpha, Row(tensor, input, channel, y)) * input.Std[channel]) + (coverage * input.Mean[channel]));
            }
        }

        return (float)(sum / weight);
    }

    private static Span<float> Row(PixelBuffer tensor, ModelInput input, int channel, int y) =>
        tensor.As<float>().Slice(((channel * input.Height) + y) * input.Width, input.Width);

    /// <summary>The matte's row that shows one of the input's.</summary>
    private static int RowOf(int y, ModelInput input, Plane matte) => y * matte.Height / input.Height;

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

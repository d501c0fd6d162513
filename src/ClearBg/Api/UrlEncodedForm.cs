using System.Text;
using ClearBg.Intake;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>A body of application/x-www-form-urlencoded (URL Standard). Not the framework's, which makes text of a picture's megabytes.</summary>
internal static class UrlEncodedForm
{
    private const int LongestName = 256;

    /// <summary>Parses a body; its bytes are lost.</summary>
    public static Failure? Parse(Span<byte> body, FormContent content, IntakeOptions limits)
    {
        while (!body.IsEmpty)
        {
            var end = body.IndexOf((byte)'&');
            var pair = end < 0 ? body : body[..end];
            body = end < 0 ? [] : body[(end + 1)..];
            if (!pair.IsEmpty && (content.Count() ?? Take(pair, content, limits)) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }

    private static Failure? Take(Span<byte> pair, FormContent content, IntakeOptions limits)
    {
        var middle = pair.IndexOf((byte)'=');
        var name = middle < 0 ? pair : pair[..middle];
        var value = middle < 0 ? [] : pair[(middle + 1)..];
        name = name[..PictureText.DecodePercent(name, plusIsSpace: true)];
        if (name.Length > LongestName)
        {
            return new Failure(FailureCode.InvalidRequest, "A field's name is too long.");
        }

        // In base64 a plus sign is one: clients that forget to encode it mean no space.
        var isPicture = name.SequenceEqual("image_file_b64"u8);
        value = value[..PictureText.DecodePercent(value, plusIsSpace: !isPicture)];
        return isPicture ? content.AddBase64(value, limits) : content.Add(Encoding.UTF8.GetString(name), value);
    }
}

using System.Text.Json;
using ClearBg.Intake;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>
/// A body of application/json (RFC 8259): one object, whose text, numbers and booleans are fields as in a form. An object or array counts as the text that it is
/// written with, which no known parameter can be.
/// </summary>
internal static class JsonForm
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>Parses a body.</summary>
    public static Failure? Parse(Span<byte> body, FormContent content, IntakeOptions limits)
    {
        ReadOnlySpan<byte> json = body.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return new Failure(FailureCode.InvalidRequest, "The body is not a JSON object.");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if ((content.Count() ?? Take(name, json, ref reader, content, limits)) is { } failure)
                {
                    return failure;
                }
            }

            // What comes after the object is an error to the reader.
            reader.Read();
            return null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // The second is text that is no UTF-8.
            return new Failure(FailureCode.InvalidRequest, "The body is not valid JSON.");
        }
    }

    private static Failure? Take(string name, ReadOnlySpan<byte> json, ref Utf8JsonReader reader, FormContent content, IntakeOptions limits)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String when string.Equals(name, FormContent.Base64Field, StringComparison.Ordinal):
                if (reader.ValueSpan.IsEmpty)
                {
                    return null;
                }

                // Copied, for there is something to undo: .NET escapes plus signs, PHP slashes.
                var text = content.Rent(reader.ValueSpan.Length);
                try
                {
                    text.Shorten(reader.CopyString(text.Bytes));
                }
                catch
                {
                    // It is no UTF-8.
                    text.Dispose();
                    throw;
                }

                return content.AddBase64(text, limits);
            case JsonTokenType.String:
                return reader.ValueSpan.Length > FormContent.LongestValue ? FormContent.TooLong : content.Add(name, reader.GetString()!);
            default:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                return content.Add(name, json[start..(int)reader.BytesConsumed]);
        }
    }
}

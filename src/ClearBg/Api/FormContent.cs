using System.Globalization;
using System.Text;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;

namespace ClearBg.Api;

/// <summary>
/// What a request for a removal holds, in whatever kind of body it came. An empty value counts as absent, for browsers and libraries send the inputs that nobody
/// filled in; of a name that comes twice the last value counts; names that nobody knows are kept, and ignored by everyone.
/// </summary>
internal sealed class FormContent(BufferPool pool) : IDisposable
{
    public const string PictureField = "image_file";
    public const string Base64Field = "image_file_b64";
    public const string BackgroundField = "bg_image_file";

    /// <summary>Bytes of a value.</summary>
    public const int LongestValue = 64 * 1024;

    private const int MostFields = 100;

    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>The refusal of a value that is longer than that.</summary>
    public static Failure TooLong { get; } = new(FailureCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"A field is longer than {LongestValue:N0} bytes."));

    /// <summary>Name to value, as sent, of everything that is no picture.</summary>
    public IReadOnlyDictionary<string, string> Fields => _fields;

    /// <summary>The encoded picture, at least one byte of any content; null when none was sent.</summary>
    public PixelBuffer? Picture { get; private set; }

    /// <summary>The encoded picture for the background, likewise.</summary>
    public PixelBuffer? BackgroundImage { get; private set; }

    /// <summary>Counts a field or a file; a refusal when there are too many.</summary>
    public Failure? Count() => ++_count > MostFields
        ? new Failure(FailureCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"The request has more than {MostFields} fields."))
        : null;

    /// <summary>Takes a field's value, in UTF-8.</summary>
    public Failure? Add(string name, ReadOnlySpan<byte> value) => value.Length > LongestValue ? TooLong : Add(name, Encoding.UTF8.GetString(value));

    /// <summary>Takes a field's value.</summary>
    public Failure? Add(string name, string value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            _fields[name] = value;
        }

        return null;
    }

    /// <summary>Takes the picture over, or disposes of a second one.</summary>
    public Failure? AddPicture(PixelBuffer picture)
    {
        if (Picture is not null)
        {
            picture.Dispose();
            return new Failure(FailureCode.MultipleSources);
        }

        Picture = picture;
        return null;
    }

    /// <summary>Hands the picture over, with the duty to dispose of it. There must be one.</summary>
    public PixelBuffer TakePicture()
    {
        var taken = Picture ?? throw new InvalidOperationException("There is no picture.");
        Picture = null;
        return taken;
    }

    /// <summary>Takes the background's picture over, or disposes of a second one.</summary>
    public Failure? AddBackground(PixelBuffer picture)
    {
        if (BackgroundImage is not null)
        {
            picture.Dispose();
            return new Failure(FailureCode.MultipleBackgroundSources);
        }

        BackgroundImage = picture;
        return null;
    }

    /// <summary>Takes a copy of the value of image_file_b64.</summary>
    public Failure? AddBase64(ReadOnlySpan<byte> text, IntakeOptions limits)
    {
        if (text.IsEmpty)
        {
            return null;
        }

        var copy = Rent(text.Length);
        text.CopyTo(copy.Bytes);
        return AddBase64(copy, limits);
    }

    /// <summary>Takes over the value of a field in base64, and decodes it where it lies.</summary>
    public Failure? AddBase64(PixelBuffer text, IntakeOptions limits, string field = Base64Field)
    {
        var isPicture = PictureText.TryDecode(text.Bytes, out var length);
        if (isPicture && length > 0 && length <= limits.MaxBytes)
        {
            text.Shorten(length);
            return AddPicture(text);
        }

        text.Dispose();
        return !isPicture ? new Failure(FailureCode.FailedToReadImage, $"{field} is not base64.")
            : length > 0 ? PictureHeader.TooLarge(limits)
            : null;
    }

    /// <summary>Memory for a text of so many bytes, at least 1.</summary>
    public PixelBuffer Rent(int length) => pool.Rent(length);

    public void Dispose()
    {
        Picture?.Dispose();
        BackgroundImage?.Dispose();
    }
}

using System.Text;
using ClearBg.Api;
using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.AspNetCore.Http;

namespace ClearBg.Tests.Api;

public sealed class RemovalFormTests : IDisposable
{
    private const string Type = "multipart/form-data; boundary=xyz";

    /// <summary>Not UTF-8: as text it would come out longer, full of U+FFFD.</summary>
    private static readonly byte[] Picture = [0xFF, 0xD8, 0xFF, 0x00, 0x80, 0x0D, 0x0A, 0x2D, 0x2D, 0xC3];

    private static readonly IntakeOptions Limits = new() { MaxBytes = 200_000 };

    private readonly BufferPool _pool = new(1 << 30);

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("form-data; name=\"image_file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg")]
    [InlineData("form-data; name=\"image_file\"")]
    [InlineData("form-data; name=\"image_file\"; filename*")]
    [InlineData("form-data; name=\"image_file\"; filename*=")]
    [InlineData("form-data; name=image_file; filename=a.png\r\nContent-Type: text/plain; charset=utf-8")]
    [InlineData("form-data; name=\"image_file\"; filename*=UTF-8''%e2%82%ac.jpg")]
    [InlineData("form-data; name=\"image_file\"; filename=\"фото.jpg\"")]
    [InlineData("form-data; name=\"image_file\"; filename=\"a \\\"b\\\".jpg\"\r\nContent-Transfer-Encoding: binary")]
    [InlineData("form-data; name=\"image_file\"; filename=\"\"\r\nContent-Type: application/octet-stream")]
    public async Task Takes_the_picture_byte_for_byte_whatever_its_headers_say(string disposition)
    {
        using var form = await GoodAsync(Body(Part(disposition, Picture), Field("size", "auto")));

        Assert.Equal(Picture, form.Picture!.Bytes.ToArray());
        Assert.Equal("auto", form.Fields["size"]);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=\"xyz\"")]
    [InlineData("Multipart/Form-Data; charset=utf-8; boundary=xyz")]
    public async Task Takes_a_quoted_boundary_and_any_case(string type)
    {
        using var form = await GoodAsync(Body(File(Picture)), type);

        Assert.Equal(Picture.Length, form.Picture!.Length);
    }

    [Fact]
    public async Task An_empty_file_part_beside_a_real_one_counts_as_absent()
    {
        using var before = await GoodAsync(Body(File([]), File(Picture), Field("image_url", "")));
        using var after = await GoodAsync(Body(File(Picture), File([]), Field("size", "hd"), Field("size", " ")));

        Assert.Equal(Picture, before.Picture!.Bytes.ToArray());
        Assert.Equal(Picture, after.Picture!.Bytes.ToArray());
        Assert.DoesNotContain("image_url", before.Fields);
        Assert.Equal("hd", after.Fields["size"]);
    }

    [Fact]
    public async Task Files_under_unknown_names_are_passed_over()
    {
        using var form = await GoodAsync(Body(Part("form-data; name=\"stray\"; filename=\"s.bin\"", new byte[150_000]), File(Picture)));

        Assert.Equal(Picture.Length, form.Picture!.Length);
        Assert.DoesNotContain("stray", form.Fields);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_picture_of_exactly_the_limit_is_taken_and_a_byte_more_is_not(bool announced)
    {
        var picture = new byte[Limits.MaxBytes];
        Random.Shared.NextBytes(picture);

        using var form = await GoodAsync(Body(File(picture)), announced: announced);
        Assert.Equal(picture, form.Picture!.Bytes.ToArray());
        Assert.Equal(FailureCode.FileTooLarge, await RefusedAsync(Body(File([.. picture, 1])), announced: announced));
    }

    [Fact]
    public async Task A_form_too_long_to_hold_a_picture_within_limits_is_refused_before_the_first_read()
    {
        var request = Request([], Type, announced: false);
        request.ContentLength = (2 * Limits.MaxBytes) + (1 << 20) + 1;
        request.Body = new Broken(new InvalidOperationException("It was read."));

        Assert.Equal(FailureCode.FileTooLarge, (await RemovalForm.ReadAsync(request, _pool, Limits, CancellationToken.None)).Failure?.Code);
    }

    [Fact]
    public async Task Strays_without_end_are_refused_without_a_length_too() =>
        Assert.Equal(FailureCode.FileTooLarge, await RefusedAsync(Body(Part("form-data; name=\"stray\"; filename=\"s\"", new byte[(1 << 20) + 400_001]), File(Picture)), announced: false));

    [Fact]
    public async Task One_picture_can_be_held_and_one_background()
    {
        foreach (var body in (byte[][])[Body(Field("size", "auto")), Body(File([])), Body()])
        {
            using var form = await GoodAsync(body);
            Assert.Null(form.Picture);
        }

        var background = Part("form-data; name=\"bg_image_file\"; filename=\"b\"", [1, 2, 3]);
        using var both = await GoodAsync(Body(background, File(Picture)));
        Assert.Equal((Picture.Length, 3), (both.Picture!.Length, both.BackgroundImage!.Length));
        Assert.Equal(FailureCode.MultipleSources, await RefusedAsync(Body(File(Picture), File(Picture))));
        Assert.Equal(FailureCode.MultipleSources, await RefusedAsync(Body(File(Picture), Field("image_file_b64", "QUJD"))));
        Assert.Equal(FailureCode.MultipleBackgroundSources, await RefusedAsync(Body(background, background, File(Picture))));
    }

    [Fact]
    public async Task Base64_is_a_picture_in_every_kind_of_body()
    {
        var base64 = Convert.ToBase64String(Picture);
        var escaped = Uri.EscapeDataString(base64);
        foreach (var (type, body) in ((string, string)[])[
            (Type, Encoding.Latin1.GetString(Body(Field("image_file_b64", base64), Field("size", "hd")))),
            ("application/x-www-form-urlencoded", $"image_file_b64={escaped}&size=hd"),
            ("application/x-www-form-urlencoded; charset=utf-8", $"size=h%64&image_url=&image_file_b64={base64}"),
            ("application/json", $$"""{"image_file_b64":"{{base64}}","size":"hd","image_url":null}"""),
            ("APPLICATION/JSON; charset=utf-8", $$"""{"size":"hd","image_file_b64":{{System.Text.Json.JsonSerializer.Serialize(base64)}},"image_url":""}"""),
            ("application/json", $$"""{"size":"hd","image_file_b64":"data:image\/png;base64,{{base64.Replace("/", "\\/", StringComparison.Ordinal)}}"}""")])
        {
            using var form = await GoodAsync(Encoding.Latin1.GetBytes(body), type);

            Assert.Equal((body, Convert.ToHexString(Picture)), (body, Convert.ToHexString(form.Picture!.Bytes)));
            Assert.Equal("hd", form.Fields["size"]);
            Assert.DoesNotContain("image_url", form.Fields);
        }
    }

    [Theory]
    [InlineData("QUJD!", nameof(FailureCode.FailedToReadImage))]
    [InlineData("QUJDR", nameof(FailureCode.FailedToReadImage))]
    [InlineData("data:image/png;base64", nameof(FailureCode.FailedToReadImage))]
    [InlineData("data:image/png;base64,QQ", null)]
    [InlineData("", null)]
    [InlineData(" \t ", null)]
    public async Task Base64_that_is_none_is_refused_and_an_empty_one_absent(string text, string? refusal)
    {
        foreach (var (type, body) in ((string, byte[])[])[
            (Type, Body(Field("image_file_b64", text))),
            ("application/x-www-form-urlencoded", Encoding.UTF8.GetBytes("image_file_b64=" + Uri.EscapeDataString(text))),
            ("application/json", System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal) { ["image_file_b64"] = text }))])
        {
            Assert.Equal((type, refusal), (type, (await RefusedAsync(body, type))?.ToString()));
        }
    }

    [Fact]
    public async Task Base64_of_exactly_the_limit_is_taken_and_a_byte_more_is_not()
    {
        var picture = new byte[Limits.MaxBytes + 1];
        Random.Shared.NextBytes(picture);

        using var form = await GoodAsync(Json(Convert.ToBase64String(picture.AsSpan(1))), "application/json");
        Assert.Equal(picture[1..], form.Picture!.Bytes.ToArray());
        Assert.Equal(FailureCode.FileTooLarge, await RefusedAsync(Json(Convert.ToBase64String(picture)), "application/json"));

        static byte[] Json(string base64) => Encoding.UTF8.GetBytes($$"""{"image_file_b64":"{{base64}}"}""");
    }

    [Fact]
    public async Task Json_values_of_every_kind_are_fields()
    {
        using var form = await GoodAsync(
            """{"crop":true,"a":false,"type_level":2,"scale":"50%","b":1.5e1,"c":null,"d":{"x":[1]},"e":[1, 2],"crop_margin":"\u0031 0","e":""}"""u8.ToArray(), "application/json");

        Assert.Equal(
            ["a=false", "b=1.5e1", "crop=true", "crop_margin=1 0", """d={"x":[1]}""", "e=[1, 2]", "scale=50%", "type_level=2"],
            form.Fields.Select(static field => $"{field.Key}={field.Value}").Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("application/json", "[]")]
    [InlineData("application/json", "\"text\"")]
    [InlineData("application/json", "{\"size\":\"auto\"")]
    [InlineData("application/json", "{\"size\":\"auto\"} x")]
    [InlineData("application/json", "{size:1}")]
    [InlineData("application/json", "{\"size\":\"\u0080\"}")]
    [InlineData("application/json", "{\"image_file_b64\":\"\\u12\"}")]
    public async Task A_malformed_text_body_is_an_invalid_request(string type, string body) =>
        Assert.Equal(FailureCode.InvalidRequest, await RefusedAsync(Encoding.Latin1.GetBytes(body), type));

    [Theory]
    [InlineData("\\ud800AAAA")]
    [InlineData("\u0080AAAA")]
    public async Task Text_that_is_no_unicode_gives_its_memory_back(string text)
    {
        Assert.Equal(FailureCode.InvalidRequest, await RefusedAsync(Encoding.Latin1.GetBytes($$"""{"image_file_b64":"{{text}}"}"""), "application/json"));
        Assert.Equal(0, _pool.Rented);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task An_empty_text_body_holds_no_picture(string type) => Assert.Equal(FailureCode.MissingSource, await RefusedAsync([], type));

    [Theory]
    [InlineData("&&=&a&b=%zz&c=%4&%64=1+2%2B3&e=%c3%a9", "=b:%zz|c:%4|d:1 2+3|e:é")]
    public async Task Odd_forms_are_read_as_browsers_write_them(string body, string expected)
    {
        using var form = await GoodAsync(Encoding.UTF8.GetBytes(body), "application/x-www-form-urlencoded");

        Assert.Equal(expected, "=" + string.Join('|', form.Fields.Select(static field => $"{field.Key}:{field.Value}")));
    }

    [Fact]
    public async Task A_hundred_parts_are_taken_and_one_more_is_not()
    {
        var fields = Enumerable.Range(0, 99).Select(static i => Field($"f{i}", "v")).ToArray();

        using var form = await GoodAsync(Body([.. fields, File(Picture)]));
        Assert.Equal(99, form.Fields.Count);
        Assert.Equal(FailureCode.InvalidRequest, await RefusedAsync(Body([.. fields, File(Picture), Field("more", "v")])));
    }

    [Fact]
    public async Task A_field_of_64_KiB_is_taken_and_a_byte_more_is_not()
    {
        using var form = await GoodAsync(Body(Field("long", new string('a', 65_536)), File(Picture)));

        Assert.Equal(65_536, form.Fields["long"].Length);
        Assert.Equal(FailureCode.InvalidRequest, await RefusedAsync(Body(Field("long", new string('a', 65_537)), File(Picture))));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("image/png")]
    [InlineData("application/xml")]
    [InlineData("multipart/mixed; boundary=xyz")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("multipart/form-data; boundary=0123456789012345678901234567890123456789012345678901234567890123456789x")]
    [InlineData("multipart/form-data; boundary=other")]
    public async Task Anything_but_a_form_with_its_boundary_is_an_invalid_request(string? type) =>
        Assert.Equal(FailureCode.InvalidRequest, await RefusedAsync(Body(File(Picture)), type));

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "empty body", [] },
        { "no final boundary", Body(File(Picture))[..^7] },
        { "cut in the headers", Body(File(Picture))[..20] },
        { "line feeds only", Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(Body(File(Picture))).Replace("\r\n", "\n", StringComparison.Ordinal)) },
        { "no disposition", Body([.. "--xyz\r\nContent-Type: image/png\r\n\r\n"u8, .. Picture, .. "\r\n"u8]) },
        { "no name", Body(Part("form-data; filename=\"a.png\"", Picture)) },
        { "headers too long", Body(Part("form-data; name=\"image_file\"\r\nX: " + new string('a', 40_000), Picture)) },
        { "headers too many", Body(Part("form-data; name=\"image_file\"" + string.Concat(Enumerable.Range(0, 40).Select(static i => $"\r\nX{i}: 1")), Picture)) },
        { "header without a colon", Body(Part("form-data; name=\"image_file\"\r\nnonsense", Picture)) },
        { "no form at all", new byte[100_000] },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_body_is_an_invalid_request_and_no_exception(string what, byte[] body)
    {
        Assert.Equal((what, FailureCode.InvalidRequest), (what, await RefusedAsync(body)));
        Assert.Equal((what, FailureCode.InvalidRequest), (what, await RefusedAsync(body, announced: false)));
    }

    [Fact]
    public async Task What_the_server_throws_while_reading_is_told_apart()
    {
        Assert.Equal(FailureCode.FileTooLarge, await ThrowingAsync(new BadHttpRequestException("too large", 413)));
        Assert.Equal(FailureCode.InvalidRequest, await ThrowingAsync(new BadHttpRequestException("bad chunk", 400)));
        Assert.Equal(FailureCode.InvalidRequest, await ThrowingAsync(new IOException("reset")));
        await Assert.ThrowsAsync<OperationCanceledException>(() => ThrowingAsync(new OperationCanceledException()));
    }

    [Fact]
    public async Task Bodies_mutated_at_random_give_a_form_or_a_refusal_and_every_buffer_back()
    {
        var seed = Body(Field("size", "auto"), File(Picture), File([]), Part("form-data; name=\"stray\"; filename*=UTF-8''a", Picture));
        var random = new Random(20_261_121);
        for (var turn = 0; turn < 3_000; turn++)
        {
            byte[] body = [.. seed];
            for (var changes = random.Next(4); changes >= 0; changes--)
            {
                body[random.Next(body.Length)] = (byte)"\r\n\"-:;=\0x\xFF"[random.Next(10)];
            }

            var kept = _pool.Kept;
            var request = Request(random.Next(3) == 0 ? body[..random.Next(body.Length)] : body, Type, announced: false);
            var outcome = await RemovalForm.ReadAsync(request, _pool, Limits, CancellationToken.None);
            if (outcome.Succeeded(out var form, out _))
            {
                form.Dispose();
            }

            Assert.True(_pool.Kept >= kept);
        }
    }

    [Fact]
    public async Task Buffers_go_back_to_the_pool_on_every_path()
    {
        using (await GoodAsync(Body(File(new byte[150_000])), announced: false))
        {
            // 64 and 128 KiB were outgrown and are back; the largest buffer is in use.
            Assert.Equal((64 + 128) * 1024, _pool.Kept);
        }

        var kept = _pool.Kept;
        Assert.InRange(kept, ((64 + 128) * 1024) + 150_000, 1_000_000);
        await RefusedAsync(Body(File(new byte[150_000]), File(Picture)), announced: false);
        await RefusedAsync(Body(File(new byte[150_000]))[..^9], announced: false);
        Assert.Equal(kept, _pool.Kept);
    }

    private static byte[] Body(params byte[][] parts) => [.. parts.SelectMany(static part => part), .. "--xyz--\r\n"u8];

    private static byte[] Part(string disposition, byte[] content) =>
        [.. "--xyz\r\n"u8, .. Encoding.UTF8.GetBytes($"Content-Disposition: {disposition}\r\n\r\n"), .. content, .. "\r\n"u8];

    private static byte[] File(byte[] content) => Part("form-data; name=\"image_file\"; filename=\"a.png\"\r\nContent-Type: image/png", content);

    private static byte[] Field(string name, string value) => Part($"form-data; name=\"{name}\"", Encoding.UTF8.GetBytes(value));

    private static HttpRequest Request(byte[] body, string? type, bool announced)
    {
        var request = new DefaultHttpContext().Request;
        (request.ContentType, request.Body, request.ContentLength) = (type, new MemoryStream(body), announced ? body.Length : null);
        return request;
    }

    private async Task<FormContent> GoodAsync(byte[] body, string type = Type, bool announced = true)
    {
        var outcome = await RemovalForm.ReadAsync(Request(body, type, announced), _pool, Limits, CancellationToken.None);
        Assert.True(outcome.Succeeded(out var form, out var failure), failure?.ToString());
        return form;
    }

    private async Task<FailureCode?> RefusedAsync(byte[] body, string? type = Type, bool announced = true) =>
        (await RemovalForm.ReadAsync(Request(body, type, announced), _pool, Limits, CancellationToken.None)).Failure?.Code;

    private async Task<FailureCode?> ThrowingAsync(Exception exception)
    {
        var request = Request([], Type, announced: false);
        request.Body = new Broken(exception);
        return (await RemovalForm.ReadAsync(request, _pool, Limits, CancellationToken.None)).Failure?.Code;
    }

    /// <summary>The first part's start, then the exception.</summary>
    private sealed class Broken(Exception exception) : MemoryStream(File(Picture)[..^1])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw exception;
    }
}

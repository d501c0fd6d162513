using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ClearBg.SystemTests.Fuzz;

/// <summary>An endless sequence of requests to both APIs: right ones with one thing wrong, each part of a request in turn. The same random numbers give the same sequence.</summary>
internal sealed class RequestGenerator(Random random, string key, string application)
{
    private const string Boundary = "----WebKitFormBoundaryq7Yw3mZbT0kNcXdE";
    private const string RemoveBg = "/v1.0/removebg";
    private const string Monitor = "/api/v1/clearbg";
    private const string Multipart = $"multipart/form-data; boundary={Boundary}";
    private const string UrlEncoded = "application/x-www-form-urlencoded";

    private static readonly byte[][] SmallPictures = [Pictures.Small(24, 16), Pictures.Large(24, 16)];

    private static readonly string[] ContentTypes =
    [
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"", $"multipart/form-data; boundary=\"{Boundary}\"", $"MULTIPART/FORM-DATA; BOUNDARY={Boundary}",
        $"multipart/form-data; boundary={Boundary}x", $"multipart/mixed; boundary={Boundary}", $"multipart/form-data; charset=utf-8; boundary={Boundary}; boundary=x", "multipart/form-data; boundary=" + "a b",
        "multipart/form-data; boundary=" + new string('a', 71), "application/json", "application/json; charset=utf-16", UrlEncoded, "image/png", "text/plain", "*/*", "nonsense", ";", "",
    ];

    private static readonly (string Name, string[] Values)[] Headers =
    [
        ("Accept", ["*/*", "application/json", "image/*", "text/html, */*;q=0.1", "application/json;q=0", ",,", "nonsense", new string('a', 4000)]),
        ("Idempotency-Key", ["a", "b", "c", "", " ", "\"quoted\"", new string('k', 256), new string('k', 5000)]),
        ("X-Api-Key", ["", "nonsense", "cbg_", "cbg_0_0", "cbg_" + new string('0', 12) + "_" + new string('0', 64), new string('x', 4000)]),
        ("X-App-Key", ["", "nonsense", "cba_0_0"]),
        ("Expect", ["100-continue"]),
        ("Origin", ["null", "https://example.com", "nonsense"]),
        ("Range", ["bytes=0-1", "bytes=-1", "nonsense"]),
        ("If-None-Match", ["*", "\"x\"", "W/\"x\""]),
        ("Content-Encoding", ["gzip", "br", "identity"]),
        ("X-Forwarded-For", ["127.0.0.1", "unknown", "1.2.3.4, ::1", new string('1', 3000)]),
        ("X-Forwarded-Proto", ["https", "nonsense"]),
        ("X-Request-Id", ["1", new string('r', 500), "<script>"]),
        ("traceparent", ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "nonsense"]),
        ("Cookie", ["a=b", "=;=;="]),
    ];

    /// <summary>The next request.</summary>
    public FuzzedRequest Next() => random.Next(8) switch
    {
        0 => Post("parameters in a form", RemoveBg, Multipart, Form([.. OddFields(), Picture("image_file")])),
        1 => Post("parameters in JSON", RemoveBg, "application/json", Json()),
        2 => Post("parameters urlencoded", RemoveBg, UrlEncoded, UrlEncode()),
        3 => Post("a broken form", RemoveBg, Multipart, Mutated(Form([Field("size", "preview"), Picture("image_file"), Field("stray", "x")]))),
        4 => random.Next(2) == 0
            ? Post("broken JSON", RemoveBg, "application/json", Mutated(Encoding.UTF8.GetBytes($$"""{"size":"preview","crop":true,"image_file_b64":"{{Base64()}}"}""")))
            : Post("broken urlencoding", RemoveBg, UrlEncoded, Mutated(Encoding.UTF8.GetBytes($"size=preview&crop=true&image_file_b64={Uri.EscapeDataString(Base64())}"))),
        5 => Post("a broken picture", RemoveBg, Multipart, Form([Field("size", "preview"), File("image_file", Mutated(Any(SmallPictures)))])),
        6 => OddMonitor(),
        _ => random.Next(3) switch { 0 => OddHeaders(), 1 => OddRoute(), _ => Malformed() },
    };

    private FuzzedRequest OddMonitor() => Post("Monitor", Monitor, Multipart, random.Next(4) switch
    {
        0 => Form([Picture("image")]),
        1 => Form([Field("image", Any(OddValues.Any))]),
        2 => Form([Field("image", Any(OddValues.Fields.First(static field => field.Name is "image_url").Values)), Picture(Any(["image", "stray"]))]),
        _ => Mutated(Form([random.Next(2) == 0 ? Picture("image") : Field("image", Base64())])),
    });

    private FuzzedRequest OddHeaders()
    {
        var (name, values) = Any(Headers);
        var isTypeOdd = random.Next(3) == 0;
        var route = Any([RemoveBg, Monitor]);
        return Post(
            "headers", route, isTypeOdd ? Any(ContentTypes) : Multipart, Form([Picture(Any(["image_file", "image"])), Field("size", "preview")]),
            [.. Enumerable.Repeat((name, Any(values)), random.Next(1, 6))], isChunked: random.Next(3) == 0);
    }

    private FuzzedRequest OddRoute()
    {
        var body = Form([Picture("image_file")]);
        var path = Any(["/", "//", "/v1.0", "/v1.0/", "/V1.0/RemoveBG", "/v1.0/removebg/", "/v1.0/removebg?size=x", "/v1.0/account", "/api/v1", "/api/v1/x", "/%2e%2e/", "/%ff", "/" + new string('a', 4000), "/health/live"]);
        return new FuzzedRequest("route", Write(Any(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "NONSENSE"]), path, Multipart, body, [], isChunked: false));
    }

    /// <summary>Anything may have happened to the head or to the chunks.</summary>
    private FuzzedRequest Malformed()
    {
        var whole = Write("POST", Any([RemoveBg, Monitor]), Multipart, Form([Picture("image_file")]), [], isChunked: random.Next(2) == 0);
        var end = whole.AsSpan().IndexOf("\r\n\r\n"u8);
        return new FuzzedRequest("malformed HTTP", random.Next(2) == 0 ? [.. Mutated(whole[..end]), .. whole[end..]] : Mutated(whole), IsHttp: false);
    }

    private FuzzedRequest Post(string kind, string path, string type, byte[] body, (string Name, string Value)[]? headers = null, bool isChunked = false) =>
        new(kind, Write("POST", path, type, body, headers ?? [], isChunked));

    private byte[] Write(string method, string path, string type, byte[] body, (string Name, string Value)[] headers, bool isChunked)
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: x\r\n");
        Append("Content-Type", type);
        if (!headers.Any(static header => header.Name is "X-Api-Key") && !path.StartsWith(Monitor, StringComparison.Ordinal))
        {
            Append("X-Api-Key", key);
        }

        Append("X-App-Key", application);
        foreach (var (name, value) in headers)
        {
            Append(name, value);
        }

        Append(isChunked ? "Transfer-Encoding" : "Content-Length", isChunked ? "chunked" : body.Length.ToString(CultureInfo.InvariantCulture));
        head.Append("\r\n");
        if (!isChunked)
        {
            return [.. Encoding.Latin1.GetBytes(head.ToString()), .. body];
        }

        var chunks = body.Chunk(random.Next(1, 200)).SelectMany(static chunk => (byte[])[.. Encoding.ASCII.GetBytes($"{chunk.Length:X}\r\n"), .. chunk, .. "\r\n"u8]);
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. chunks, .. "0\r\n\r\n"u8];

        void Append(string name, string value) => head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
    }

    private (string Name, string Value)[] Odd()
    {
        return [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => One())];

        (string Name, string Value) One()
        {
            var (name, values) = Any(OddValues.Fields);
            return (name, random.Next(5) == 0 ? Any(OddValues.Any) : Any(values));
        }
    }

    private byte[][] OddFields() =>
    [
        .. Odd().Select(field => Field(field.Name, field.Value)),
        .. random.Next(8) switch
        {
            0 => (byte[][])[Picture("bg_image_file")],
            1 => [File("stray", [1, 2, 3])],
            2 => [.. Enumerable.Range(0, 120).Select(i => Field($"stray{i}", ""))],
            _ => [],
        },
    ];

    private byte[] Json()
    {
        var fields = Odd().Select(field => $"{JsonSerializer.Serialize(field.Name)}:{JsonValue(field.Value)}").Append($"\"image_file_b64\":\"{Base64()}\"");
        return Encoding.UTF8.GetBytes($"{{{string.Join(',', fields)}}}");

        string JsonValue(string value) => random.Next(8) switch
        {
            0 => "null",
            1 => "true",
            2 => "-1.5e3",
            3 => "[1,{\"a\":[]}]",
            4 => new string('[', 70) + new string(']', 70),
            _ => JsonSerializer.Serialize(value),
        };
    }

    private byte[] UrlEncode() => Encoding.ASCII.GetBytes(string.Join('&',
        Odd().Select(static field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value)}").Append($"image_file_b64={Uri.EscapeDataString(Base64())}")));

    private static byte[] Form(params byte[][] parts) =>
        [.. parts.SelectMany(static part => (byte[])[.. Encoding.ASCII.GetBytes($"--{Boundary}\r\n"), .. part, .. "\r\n"u8]), .. Encoding.ASCII.GetBytes($"--{Boundary}--\r\n")];

    private static byte[] Field(string name, string value) => Encoding.UTF8.GetBytes($"Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}");

    private static byte[] File(string name, byte[] content) =>
        [.. Encoding.ASCII.GetBytes($"Content-Disposition: form-data; name=\"{name}\"; filename=\"blob\"\r\nContent-Type: application/octet-stream\r\n\r\n"), .. content];

    private byte[] Picture(string name) => File(name, Any(SmallPictures));

    private string Base64() => Convert.ToBase64String(Any(SmallPictures));

    private byte[] Mutated(byte[] bytes) => new Mutation(random).Apply(bytes);

    private T Any<T>(T[] values) => values[random.Next(values.Length)];
}

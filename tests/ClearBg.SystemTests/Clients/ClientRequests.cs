using System.Globalization;
using System.Text;

namespace ClearBg.SystemTests.Clients;

/// <summary>
/// Requests as clients' libraries write them, down to boundaries, quotation marks and the order of headers. Lines end with CRLF on the wire; <c>{host}</c>,
/// <c>{key}</c>, <c>{length}</c> (of the body), <c>{picture}</c>, <c>{bytes}</c> (of the picture) and <c>{base64}</c> (urlencoded) are filled in.
/// </summary>
internal static class ClientRequests
{
    /// <summary>Gem remove_bg by Faraday, faraday-multipart and Net::HTTP, which writes Content-Length and Content-Transfer-Encoding into each file's part.</summary>
    public const string Ruby =
        """
        POST /v1.0/removebg HTTP/1.1
        User-Agent: remove-bg-ruby-1.5.0
        X-Api-Key: {key}
        Content-Type: multipart/form-data; boundary=-----------RubyMultipartPost-6b0d4f2c1e7a98350f1d2c3b4a596877
        Content-Length: {length}
        Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
        Accept: */*
        Connection: keep-alive
        Keep-Alive: 30
        Host: {host}

        -------------RubyMultipartPost-6b0d4f2c1e7a98350f1d2c3b4a596877
        Content-Disposition: form-data; name="size"

        regular
        -------------RubyMultipartPost-6b0d4f2c1e7a98350f1d2c3b4a596877
        Content-Disposition: form-data; name="bg_color"

        #81d4fa77
        -------------RubyMultipartPost-6b0d4f2c1e7a98350f1d2c3b4a596877
        Content-Disposition: form-data; name="image_file"; filename="rocket.jpg"
        Content-Length: {bytes}
        Content-Type: image/jpeg
        Content-Transfer-Encoding: binary

        {picture}
        -------------RubyMultipartPost-6b0d4f2c1e7a98350f1d2c3b4a596877--


        """;

    public const string RubyAccount =
        """
        GET /v1.0/account HTTP/1.1
        User-Agent: remove-bg-ruby-1.5.0
        X-Api-Key: {key}
        Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
        Accept: */*
        Connection: keep-alive
        Keep-Alive: 30
        Host: {host}


        """;

    /// <summary>The command line by mime/multipart and net/http. It always asks for ZIP, from which it makes what it is asked for.</summary>
    public const string Go =
        """
        POST /v1.0/removebg HTTP/1.1
        Host: {host}
        User-Agent: remove-bg-go-1.4.0
        Content-Length: {length}
        Content-Type: multipart/form-data; boundary=7c1f9a40c6d1f3be2a5580b1e5f3d49ea1c0672b8d94f3ae51b60c7d28e9
        X-Api-Key: {key}
        Accept-Encoding: gzip

        --7c1f9a40c6d1f3be2a5580b1e5f3d49ea1c0672b8d94f3ae51b60c7d28e9
        Content-Disposition: form-data; name="image_file"; filename="rocket.jpg"
        Content-Type: application/octet-stream

        {picture}
        --7c1f9a40c6d1f3be2a5580b1e5f3d49ea1c0672b8d94f3ae51b60c7d28e9
        Content-Disposition: form-data; name="format"

        zip
        --7c1f9a40c6d1f3be2a5580b1e5f3d49ea1c0672b8d94f3ae51b60c7d28e9
        Content-Disposition: form-data; name="size"

        auto
        --7c1f9a40c6d1f3be2a5580b1e5f3d49ea1c0672b8d94f3ae51b60c7d28e9--

        """;

    /// <summary>mtownsend/remove-bg by Guzzle: the picture is a JPEG, whatever the part says.</summary>
    public const string PhpFile =
        """
        POST /v1.0/removebg HTTP/1.1
        Content-Length: {length}
        User-Agent: GuzzleHttp/7
        Content-Type: multipart/form-data; boundary=3fa1c25d7b90e4868f02c7d35e11ab6094d7f8c2
        Host: {host}
        X-Api-Key: {key}

        --3fa1c25d7b90e4868f02c7d35e11ab6094d7f8c2
        Content-Disposition: form-data; name="image_file"; filename="image.png"
        Content-Length: {bytes}
        Content-Type: image/png

        {picture}
        --3fa1c25d7b90e4868f02c7d35e11ab6094d7f8c2
        Content-Disposition: form-data; name="size"
        Content-Length: 7

        preview
        --3fa1c25d7b90e4868f02c7d35e11ab6094d7f8c2
        Content-Disposition: form-data; name="add_shadow"
        Content-Length: 0


        --3fa1c25d7b90e4868f02c7d35e11ab6094d7f8c2--

        """;

    /// <summary>The same client's base64, as http_build_query writes it.</summary>
    public const string PhpBase64 =
        """
        POST /v1.0/removebg HTTP/1.1
        Content-Length: {length}
        User-Agent: GuzzleHttp/7
        Content-Type: application/x-www-form-urlencoded
        Host: {host}
        X-Api-Key: {key}

        image_file_b64={base64}&size=preview&bg_color=%23fff0&crop=1
        """;

    /// <summary>removebg by requests. Fields come before files, and a file's part has no type.</summary>
    public const string Python =
        """
        POST /v1.0/removebg HTTP/1.1
        Host: {host}
        User-Agent: python-requests/2.32.3
        Accept-Encoding: gzip, deflate
        Accept: */*
        Connection: keep-alive
        X-Api-Key: {key}
        Content-Length: {length}
        Content-Type: multipart/form-data; boundary=0f3c8a1d5b7e49628c40e6f1a2b3d4c5

        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5
        Content-Disposition: form-data; name="size"

        regular
        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5
        Content-Disposition: form-data; name="type"

        car_interior
        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5
        Content-Disposition: form-data; name="type_level"

        none
        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5
        Content-Disposition: form-data; name="format"

        auto
        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5
        Content-Disposition: form-data; name="roi"

        0 0 100% 100%
        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5
        Content-Disposition: form-data; name="scale"

        original
        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5
        Content-Disposition: form-data; name="position"

        original
        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5
        Content-Disposition: form-data; name="channels"

        rgba
        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5
        Content-Disposition: form-data; name="shadow"

        False
        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5
        Content-Disposition: form-data; name="semitransparency"

        True
        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5
        Content-Disposition: form-data; name="image_file"; filename="rocket.jpg"

        {picture}
        --0f3c8a1d5b7e49628c40e6f1a2b3d4c5--

        """;

    /// <summary>RemoveBg.Net by HttpClient: the boundary is quoted and names are not, every field has a type, a file its name twice.</summary>
    public const string DotNet =
        """
        POST /v1.0/removebg HTTP/1.1
        Host: {host}
        X-Api-Key: {key}
        Accept: image/*
        Content-Type: multipart/form-data; boundary="4c2a7f0e-93d1-4b86-a5c7-6d1e0f38b29a"
        Content-Length: {length}

        --4c2a7f0e-93d1-4b86-a5c7-6d1e0f38b29a
        Content-Disposition: form-data; name=image_file; filename=rocket.jpg; filename*=utf-8''rocket.jpg

        {picture}
        --4c2a7f0e-93d1-4b86-a5c7-6d1e0f38b29a
        Content-Type: text/plain; charset=utf-8
        Content-Disposition: form-data; name=size

        preview
        --4c2a7f0e-93d1-4b86-a5c7-6d1e0f38b29a
        Content-Type: text/plain; charset=utf-8
        Content-Disposition: form-data; name=format

        zip
        --4c2a7f0e-93d1-4b86-a5c7-6d1e0f38b29a--

        """;

    /// <summary>A plugin's frame in Figma, of origin null, before it may send its key.</summary>
    public const string Preflight =
        """
        OPTIONS /v1.0/removebg HTTP/1.1
        Host: {host}
        Connection: keep-alive
        Accept: */*
        Access-Control-Request-Method: POST
        Access-Control-Request-Headers: x-api-key
        Origin: null
        User-Agent: Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36
        Sec-Fetch-Mode: cors
        Sec-Fetch-Site: cross-site
        Sec-Fetch-Dest: empty
        Accept-Encoding: gzip, deflate, br, zstd
        Accept-Language: en-GB,en;q=0.9


        """;

    /// <summary>The same frame's FormData of a whole form: inputs that nobody filled in are sent too.</summary>
    public const string Browser =
        """
        POST /v1.0/removebg HTTP/1.1
        Host: {host}
        Connection: keep-alive
        Content-Length: {length}
        sec-ch-ua-platform: "Linux"
        X-Api-Key: {key}
        User-Agent: Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36
        Content-Type: multipart/form-data; boundary=----WebKitFormBoundaryq7Yw3mZbT0kNcXdE
        Accept: */*
        Origin: null
        Sec-Fetch-Site: cross-site
        Sec-Fetch-Mode: cors
        Sec-Fetch-Dest: empty
        Accept-Encoding: gzip, deflate, br, zstd
        Accept-Language: en-GB,en;q=0.9

        ------WebKitFormBoundaryq7Yw3mZbT0kNcXdE
        Content-Disposition: form-data; name="image_url"


        ------WebKitFormBoundaryq7Yw3mZbT0kNcXdE
        Content-Disposition: form-data; name="image_file"; filename="blob"
        Content-Type: application/octet-stream

        {picture}
        ------WebKitFormBoundaryq7Yw3mZbT0kNcXdE
        Content-Disposition: form-data; name="bg_image_file"; filename=""
        Content-Type: application/octet-stream


        ------WebKitFormBoundaryq7Yw3mZbT0kNcXdE
        Content-Disposition: form-data; name="size"

        auto
        ------WebKitFormBoundaryq7Yw3mZbT0kNcXdE
        Content-Disposition: form-data; name="figma-node"

        12:345
        ------WebKitFormBoundaryq7Yw3mZbT0kNcXdE--

        """;

    /// <summary>Alamofire's upload of multipart form data.</summary>
    public const string Swift =
        """
        POST /v1.0/removebg HTTP/1.1
        Host: {host}
        X-Api-Key: {key}
        Content-Type: multipart/form-data; boundary=alamofire.boundary.4f1c0a7be29d3586
        Connection: keep-alive
        Accept: */*
        User-Agent: Cutter/1.0 (com.example.cutter; build:1; iOS 17.5.1) Alamofire/5.9.1
        Accept-Language: en-GB;q=1.0
        Content-Length: {length}
        Accept-Encoding: br;q=1.0, gzip;q=0.9, deflate;q=0.8

        --alamofire.boundary.4f1c0a7be29d3586
        Content-Disposition: form-data; name="image_file"; filename="file.jpg"
        Content-Type: image/jpeg

        {picture}
        --alamofire.boundary.4f1c0a7be29d3586
        Content-Disposition: form-data; name="size"

        preview
        --alamofire.boundary.4f1c0a7be29d3586--

        """;

    /// <summary>axios with form-data, as remove.bg's own sample for Node.js has it: whoever asks for an array buffer still sends an Accept with JSON in it.</summary>
    public const string Axios =
        """
        POST /v1.0/removebg HTTP/1.1
        Accept: application/json, text/plain, */*
        Content-Type: multipart/form-data; boundary=--------------------------058249173046527391684025
        X-Api-Key: {key}
        User-Agent: axios/1.7.7
        Accept-Encoding: gzip, compress, deflate, br
        Host: {host}
        Connection: close
        Transfer-Encoding: chunked

        ----------------------------058249173046527391684025
        Content-Disposition: form-data; name="size"

        auto
        ----------------------------058249173046527391684025
        Content-Disposition: form-data; name="image_file"; filename="rocket.jpg"
        Content-Type: image/jpeg

        {picture}
        ----------------------------058249173046527391684025--

        """;

    /// <summary>Bytes of a body's chunk, as node reads files.</summary>
    private const int ChunkSize = 64 * 1024;

    /// <summary>The request for the wire.</summary>
    public static byte[] Write(string text, Gateway gateway, string key, byte[] picture)
    {
        var whole = text.ReplaceLineEndings("\r\n");
        var end = whole.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        var body = Encoding.Latin1.GetBytes(whole[end..]
            .Replace("{bytes}", picture.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{base64}", Uri.EscapeDataString(Convert.ToBase64String(picture)), StringComparison.Ordinal)
            .Replace("{picture}", Encoding.Latin1.GetString(picture), StringComparison.Ordinal));
        var head = whole[..end]
            .Replace("{host}", new Uri(gateway.Url).Authority, StringComparison.Ordinal)
            .Replace("{key}", key, StringComparison.Ordinal)
            .Replace("{length}", body.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return [.. Encoding.ASCII.GetBytes(head), .. head.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal) ? Chunked(body) : body];
    }

    private static byte[] Chunked(byte[] body) =>
    [
        .. body.Chunk(ChunkSize).SelectMany(static chunk => (byte[])[.. Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), .. chunk, .. "\r\n"u8]),
        .. "0\r\n\r\n"u8,
    ];
}

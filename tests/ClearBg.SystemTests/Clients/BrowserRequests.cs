namespace ClearBg.SystemTests.Clients;

/// <summary>What browsers and axios write; see <see cref="ClientRequest"/>.</summary>
internal static class BrowserRequests
{
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
}

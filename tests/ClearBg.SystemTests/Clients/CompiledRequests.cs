namespace ClearBg.SystemTests.Clients;

/// <summary>What clients in Go, C# and Swift write; see <see cref="ClientRequest"/>.</summary>
internal static class CompiledRequests
{
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
}

namespace ClearBg.SystemTests.Clients;

/// <summary>What clients in Ruby, PHP and Python write; see <see cref="ClientRequest"/>.</summary>
internal static class ScriptRequests
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
}

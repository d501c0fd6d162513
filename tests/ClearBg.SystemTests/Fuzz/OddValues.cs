namespace ClearBg.SystemTests.Fuzz;

/// <summary>Fields of <c>/v1.0/removebg</c> with values that they may have, and values that nothing may have. URLs are all on the loopback interface, which must not be fetched from.</summary>
internal static class OddValues
{
    public static readonly (string Name, string[] Values)[] Fields =
    [
        ("size", ["auto", "preview", "small", "regular", "medium", "hd", "4k", "full", "50MP"]),
        ("type", ["auto", "person", "car", "product", "car_interior", "Animal"]),
        ("type_level", ["none", "1", "2", "latest"]),
        ("format", ["png", "jpg", "webp", "zip", "auto", "PNG"]),
        ("roi", ["0 0 100% 100%", "1px 1px 9px 9px", "0% 0% 50% 50%", "5 5 5 5", "0 0 999px 999px", "9 9 1 1"]),
        ("crop", ["true", "false", "1", "no"]),
        ("crop_margin", ["0", "10px", "50%", "1px 2px", "1% 2px 3% 4px", "500px", "1 2 3"]),
        ("scale", ["original", "10%", "100%", "55.5%", "9%", "101%"]),
        ("position", ["original", "center", "0%", "100% 0%", "33% 66%"]),
        ("channels", ["rgba", "alpha"]),
        ("shadow_type", ["none", "car", "drop", "3D", "auto"]),
        ("shadow_type[person]", ["drop", "none"]),
        ("shadow_opacity", ["0", "100", "auto", "50%", "-1"]),
        ("add_shadow", ["true", "false"]),
        ("semitransparency", ["true", "false"]),
        ("bg_color", ["fff", "#81d4fa77", "red", "#0000", "transparent", "rebeccapurple"]),
        ("image_url", Urls),
        ("bg_image_url", Urls),
        ("image_file_b64", ["AAAA", "!", "data:image/png;base64,AAAA", "data:,x", "iVBORw0KGgo=", "===="]),
        ("stray", ["x"]),
    ];

    public static readonly string[] Any =
    [
        "", " ", "\t", "0", "-1", "+1", "1e9", "NaN", "Infinity", "-Infinity", "%", "%%", "100%", "px", "px px", "0x10", "1,5", "1.", ".", ".5%", "١٠%", "true", "null", "[object Object]", "\0",
        "a\0b", "\u202Efff", "\U0001F600", "\uFFFD", "'", "\"", "\\", "<script>", "${jndi:x}", "../../etc/passwd", "%s%n", "1 2 3 4 5", "99999999999999999999px", "0.0000000001%",
        new string('9', 400), new string('a', 300), new string(' ', 5000), new string('a', 70_000), string.Join(' ', Enumerable.Repeat("1%", 500)),
    ];

    private static string[] Urls =>
    [
        "http://127.0.0.1/", "http://127.0.0.1:1/x.png", "https://127.0.0.1/", "http://[::1]/", "http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/",
        "http://user:secret@127.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "//", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "javascript:1", "data:image/png;base64,AAAA",
        "http://127.0.0.1/" + new string('a', 9000),
    ];
}

using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ClearBg.Payments;

namespace ClearBg.Api;

/// <summary>What a person sees who opens the paid API in a browser: the price, the network, who is paid, and how to call it. No script, no other resource.</summary>
internal static class PaymentPage
{
    private const string Style = "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}code,pre{font-size:.9em;overflow-wrap:anywhere;white-space:pre-wrap}dt{font-weight:600}dd{margin:0 0 .5rem}";

    /// <summary>The page's one style is named by its hash; everything else is refused, should something foreign ever get in.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>True for what browsers send when they open a page. The clients of x402 accept everything or JSON, and don't name HTML.</summary>
    public static bool IsWanted(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(static type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && type.Quality is not 0);

    /// <summary>The page.</summary>
    /// <param name="terms">What is to be paid.</param>
    /// <param name="offer">The JSON that programs get. Its serializer writes no angle bracket, so nothing in it ends the element that it lies in.</param>
    public static byte[] Create(PaymentTerms terms, byte[] offer)
    {
        var price = string.Create(CultureInfo.InvariantCulture, $"{terms.Amount / 1_000_000m:0.00####} USDC");
        return Encoding.UTF8.GetBytes($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Background removal by x402</title>
            <style>{Style}</style>
            <script type="application/json" id="x402">{Encoding.UTF8.GetString(offer)}</script>
            </head>
            <body>
            <h1>402 Payment Required</h1>
            <p>This address removes the background of one picture for each payment, for programs that speak <a href="https://www.x402.org">x402</a>.</p>
            <dl>
            <dt>Price</dt><dd>{Encode(price)} a picture</dd>
            <dt>Network</dt><dd>{Encode(terms.Network.Name)} ({Encode(terms.Network.Caip2)})</dd>
            <dt>Paid to</dt><dd><code>{Encode(terms.PayTo.ToString())}</code></dd>
            </dl>
            <p>Send a JPEG, PNG or WebP picture, and get a PNG, or WebP with <code>?format=webp</code>. An x402 client adds the payment by itself:</p>
            <pre>const pay = wrapFetchWithPayment(fetch, account);
            const answer = await pay("{Encode(terms.Resource)}", {Encode("""{ method: "POST", headers: { "Content-Type": "image/jpeg" }, body: picture }""")});</pre>
            </body>
            </html>

            """);
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}

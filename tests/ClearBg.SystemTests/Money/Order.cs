using System.Net;

namespace ClearBg.SystemTests.Money;

/// <summary>What came back: a status and a body, and what the headers say was charged.</summary>
internal sealed record Answer(HttpStatusCode Status, byte[] Body, string? Charged)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 400)));

    /// <summary>Asserts that it is a cut-out, and how many credits it cost.</summary>
    public void AssertIsPicture(string charged)
    {
        Assert.True(Status == HttpStatusCode.OK, Text);
        Pictures.AssertIsPng(Body);
        Assert.Equal(charged, Charged);
    }
}

/// <summary>Requests for removals.</summary>
internal static class Order
{
    /// <summary>A JPEG; in every size above preview it costs one credit.</summary>
    public static byte[] Picture { get; } = Pictures.Large(64, 64);

    extension(Gateway gateway)
    {
        /// <summary>Asks for one credit's worth.</summary>
        public Task<Answer> BuyAsync(string key, params (string Name, string Value)[] headers) =>
            gateway.PostAsync("/v1.0/removebg", "image_file", Picture, "hd", [("X-Api-Key", key), .. headers]);

        /// <summary>Posts a form with a picture and a size.</summary>
        /// <exception cref="HttpRequestException">The gateway died before the whole answer was here.</exception>
        public async Task<Answer> PostAsync(string path, string field, byte[] picture, string size, params (string Name, string Value)[] headers)
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(picture), field, "picture.jpg" }, { new StringContent(size), "size" } };
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = form };
            foreach (var (name, value) in headers)
            {
                request.Headers.Add(name, value);
            }

            using var response = await gateway.Client.SendAsync(request);
            var charged = response.Headers.TryGetValues("X-Credits-Charged", out var values) ? values.Single() : null;
            return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(), charged);
        }
    }
}

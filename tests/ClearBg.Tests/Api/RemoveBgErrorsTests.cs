using System.Text.Json;
using ClearBg.Api;
using ClearBg.Jobs;
using Microsoft.AspNetCore.Http;

namespace ClearBg.Tests.Api;

public class RemoveBgErrorsTests
{
    public static TheoryData<string> Codes => [.. Enum.GetNames<FailureCode>()];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Every_failure_is_said_in_scalars_that_are_not_empty(string name)
    {
        var code = Enum.Parse<FailureCode>(name);
        var (response, body) = await AnswerAsync(new Failure(code));

        Assert.Equal(RemoveBgErrors.Table[code].Status, response.StatusCode);
        Assert.Equal("application/json", response.ContentType);
        Assert.Equal(body.Length, response.ContentLength);
        var error = Assert.Single(JsonDocument.Parse(body).RootElement.GetProperty("errors").EnumerateArray());
        Assert.Equal(["title", "code"], error.EnumerateObject().Select(static property => property.Name), StringComparer.Ordinal);
        Assert.All(error.EnumerateObject(), static property => Assert.False(string.IsNullOrWhiteSpace(property.Value.GetString())));
    }

    [Fact]
    public async Task The_detail_is_there_when_there_is_one()
    {
        var (_, body) = await AnswerAsync(new Failure(FailureCode.InvalidSize, "size is 'é\"'."));
        var (_, blank) = await AnswerAsync(new Failure(FailureCode.InvalidSize, ""));

        Assert.Equal("size is 'é\"'.", JsonDocument.Parse(body).RootElement.GetProperty("errors")[0].GetProperty("detail").GetString());
        Assert.False(JsonDocument.Parse(blank).RootElement.GetProperty("errors")[0].TryGetProperty("detail", out _));
    }

    [Theory]
    [InlineData(nameof(FailureCode.MissingSource), 400, "missing_source")]
    [InlineData(nameof(FailureCode.FileTooLarge), 400, "file_too_large")]
    [InlineData(nameof(FailureCode.InvalidBackgroundColor), 400, "invalid_bg_color")]
    [InlineData(nameof(FailureCode.Unauthorized), 401, "auth_failed")]
    [InlineData(nameof(FailureCode.Internal), 500, "internal_error")]
    [InlineData(nameof(FailureCode.Overloaded), 503, "overloaded")]
    public void Clients_compare_these(string code, int status, string wire) =>
        Assert.Equal((status, wire), (RemoveBgErrors.Table[Enum.Parse<FailureCode>(code)].Status, RemoveBgErrors.Table[Enum.Parse<FailureCode>(code)].Code));

    [Fact]
    public void Wire_codes_are_never_shared() => Assert.Equal(RemoveBgErrors.Table.Count, RemoveBgErrors.Table.Values.DistinctBy(static wire => wire.Code, StringComparer.Ordinal).Count());

    [Fact]
    public async Task Only_a_failure_that_time_mends_says_when_to_come_back()
    {
        Assert.Equal("17", (await AnswerAsync(new Failure(FailureCode.Overloaded, RetryAfterSeconds: 17))).Response.Headers.RetryAfter);
        Assert.Equal(0, (await AnswerAsync(new Failure(FailureCode.Internal))).Response.Headers.RetryAfter.Count);
    }

    private static async Task<(HttpResponse Response, byte[] Body)> AnswerAsync(Failure failure)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await new RemoveBgFailure(failure).ExecuteAsync(context);
        return (context.Response, body.ToArray());
    }
}

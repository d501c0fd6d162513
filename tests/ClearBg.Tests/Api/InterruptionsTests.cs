using System.Globalization;
using System.Net;
using ClearBg.Tests.Imaging;

namespace ClearBg.Tests.Api;

/// <summary>What comes between a charged request and its answer, while it waits for its turn at the model.</summary>
public sealed class InterruptionsTests : IAsyncLifetime
{
    private static readonly byte[] Disc = Pictures.Disc(120, 80);

    private Gateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await Gateway.StartAsync("--Admission:Megapixels=4");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task An_idempotency_key_is_taken_while_its_request_is_at_work()
    {
        using var inside = await _gateway.Gate.EnterAsync(4_000_000, CancellationToken.None);
        var (text, key) = await _gateway.CreateKeyAsync("2");
        var first = PostAsync(text, Disc);
        await HeldAsync(1);

        using var second = await PostAsync(text, Disc);
        Assert.Equal("1", second.Headers.GetValues("Retry-After").Single());
        Assert.Equal((409, "idempotency_in_progress"), await Gateway.RefusalAsync(second));

        inside.Dispose();
        using var answer = await first;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("1", (await _gateway.Ledger.BalanceAsync(key.AccountId)).Total.ToString());
    }

    [Fact]
    public async Task A_client_that_hangs_up_pays_nothing_and_keeps_its_idempotency_key()
    {
        using var inside = await _gateway.Gate.EnterAsync(4_000_000, CancellationToken.None);
        var (text, key) = await _gateway.CreateKeyAsync("1");
        using (var stop = new CancellationTokenSource())
        {
            var gone = PostAsync(text, Disc, stop.Token);
            await HeldAsync(1);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        }

        await HeldAsync(0);
        await Gateway.EventuallyAsync(() => Count("SELECT COUNT(*) FROM idempotency_keys") == 0);
        inside.Dispose();
        Assert.Equal("1", (await _gateway.Ledger.BalanceAsync(key.AccountId)).Total.ToString());
        using var next = await PostAsync(text, Disc);
        Assert.Equal((HttpStatusCode.OK, "1"), (next.StatusCode, next.Headers.GetValues("X-Credits-Charged").Single()));
    }

    [Fact]
    public async Task What_was_done_after_its_hold_had_ended_is_not_given()
    {
        using var inside = await _gateway.Gate.EnterAsync(4_000_000, CancellationToken.None);
        var (text, key) = await _gateway.CreateKeyAsync("1");
        var late = PostAsync(text, Disc);
        await HeldAsync(1);
        _gateway.Clock.Now += TimeSpan.FromMinutes(20);
        Assert.Equal(1, await _gateway.Ledger.ExpireAsync());
        inside.Dispose();

        Assert.Equal((503, "overloaded"), await Gateway.RefusalAsync(await late));
        Assert.Equal("1", (await _gateway.Ledger.BalanceAsync(key.AccountId)).Total.ToString());
        Assert.Equal(0, Count("SELECT COUNT(*) FROM transactions WHERE kind = 'capture'"));
    }

    /// <summary>Whatever could not be released stayed, and with it all that came after it.</summary>
    [Fact]
    public async Task What_cannot_be_released_keeps_nothing_else()
    {
        using var inside = await _gateway.Gate.EnterAsync(4_000_000, CancellationToken.None);
        var (text, _) = await _gateway.CreateKeyAsync("1");
        var broken = PostAsync(text, Disc[..(Disc.Length / 2)]);
        await HeldAsync(1);
        await ExecuteAsync("ALTER TABLE holds RENAME TO lost");
        inside.Dispose();

        Assert.Equal((500, "internal_error"), await Gateway.RefusalAsync(await broken));
        Assert.Equal(0, Count("SELECT COUNT(*) FROM idempotency_keys"));
    }

    private async Task<HttpResponseMessage> PostAsync(string key, byte[] picture, CancellationToken cancellation = default)
    {
        using var form = Gateway.Form(picture);
        form.Add(new StringContent("hd"), "size");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1.0/removebg") { Content = form };
        _gateway.Client.DefaultRequestHeaders.Remove("X-Api-Key");
        request.Headers.Add("X-Api-Key", key);
        request.Headers.Add("Idempotency-Key", "the same");
        return await _gateway.Client.SendAsync(request, cancellation);
    }

    private Task HeldAsync(int holds) => Gateway.EventuallyAsync(() => Count("SELECT COUNT(*) FROM holds") == holds);

    private long Count(string sql)
    {
        using var command = _gateway.Database.CreateCommand(sql);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _gateway.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

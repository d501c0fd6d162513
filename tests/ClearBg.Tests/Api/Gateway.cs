using System.Data.Common;
using System.Net.Http.Headers;
using System.Text.Json;
using ClearBg.Admission;
using ClearBg.Cli;
using ClearBg.Credits;
using ClearBg.Imaging;
using ClearBg.Operations.Metrics;
using ClearBg.Segmentation;
using ClearBg.Storage;
using ClearBg.Tests.Segmentation;
using ClearBg.Tests.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClearBg.Tests.Api;

/// <summary>The whole program on a real socket, with a database of its own and a model that takes brightness for coverage.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    private Gateway(Action<IServiceCollection> replace, params ReadOnlySpan<string> settings)
    {
        var model = new BrightnessModel();
        model.Write(_folder);
        var builder = ServeCommand.CreateBuilder(
        [
            "--urls=http://127.0.0.1:0", $"--Segmentation:Model={model.Name}", $"--Segmentation:Folder={_folder["models"]}",
            $"--Storage:Database={_folder["clearbg.db"]}", "--Serilog:MinimumLevel:Default=Fatal", .. settings,
        ]);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        replace(builder.Services);
        _app = ServeCommand.Build(builder);
    }

    /// <summary>No window ends, and no day, while a test runs. Timers run as ever.</summary>
    public ManualClock Clock { get; } = new();

    public HttpClient Client { get; } = new();

    public Uri Address => new(_app.Urls.Single());

    public string Key { get; private set; } = "";

    public BufferPool Pool => _app.Services.GetRequiredService<BufferPool>();

    public DbDataSource Database => _app.Services.GetRequiredService<DbDataSource>();

    public AdmissionGate Gate => _app.Services.GetRequiredService<AdmissionGate>();

    public UploadGate Uploads => _app.Services.GetRequiredService<UploadGate>();

    /// <summary>Method and path of every route of the APIs; that HEAD is answered as GET goes without saying.</summary>
    public IEnumerable<string> Routes => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(static route => route.RoutePattern.RawText is not ("/health/live" or "/health/ready" or "/openapi/v1.json"))
        .SelectMany(static route => route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Except(["HEAD"], StringComparer.Ordinal).Select(method => $"{method} {route.RoutePattern.RawText}"));

    public MetricsServer Metrics => _app.Services.GetRequiredService<MetricsServer>();

    public CreditLedger Ledger => _app.Services.GetRequiredService<CreditLedger>();

    public Accounts Accounts => _app.Services.GetRequiredService<Accounts>();

    public Applications Applications => _app.Services.GetRequiredService<Applications>();

    public ApiKeys Keys => _app.Services.GetRequiredService<ApiKeys>();

    public IServiceProvider Services => _app.Services;

    public static Task<Gateway> StartAsync(params string[] settings) => StartAsync(static _ => { }, settings);

    /// <summary>As the other, with services of a test's own in place of the program's.</summary>
    public static async Task<Gateway> StartAsync(Action<IServiceCollection> replace, params string[] settings)
    {
        var gateway = new Gateway(replace, settings);
        await gateway._app.Services.GetRequiredService<Store>().MigrateAsync();
        gateway.Key = (await gateway._app.Services.GetRequiredService<FirstAccount>().EnsureAsync())!.Reveal();
        await gateway._app.Services.GetRequiredService<SharedModel>().LoadedAsync(CancellationToken.None);
        await gateway._app.StartAsync();
        gateway.Client.BaseAddress = gateway.Address;
        gateway.Client.DefaultRequestHeaders.Add("X-Api-Key", gateway.Key);
        return gateway;
    }

    public static MultipartFormDataContent Form(byte[] picture, string field = "image_file", string fileName = "picture.jpg", string? type = null)
    {
        var part = new ByteArrayContent(picture);
        if (type is not null)
        {
            part.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        return new MultipartFormDataContent { { part, field, fileName } };
    }

    public async Task<HttpResponseMessage> PostAsync(MultipartFormDataContent form, params (string Name, string Value)[] fields)
    {
        using (form)
        {
            foreach (var (name, value) in fields)
            {
                form.Add(new StringContent(value), name);
            }

            return await Client.PostAsync(new Uri("/v1.0/removebg", UriKind.Relative), form);
        }
    }

    /// <summary>Sends a request of any kind to <c>/v1.0/removebg</c>, or to another path, with the gateway's key unless the headers name one.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpContent? content, string path = "/v1.0/removebg", string method = "POST", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>A key of a new account that owns so many credits, pay as you go, and free calls.</summary>
    public async Task<(string Text, ApiKey Key)> CreateKeyAsync(string credits = "0", long freeCalls = 0, ApiProfile? profile = null, string? application = null)
    {
        var account = await Accounts.CreateAsync(Guid.NewGuid().ToString());
        if (CreditAmount.TryParse(credits, out var amount) && amount > default(CreditAmount))
        {
            await Ledger.GrantAsync(account!.Id, Fund.PayAsYouGo, amount, "test");
        }

        if (freeCalls > 0)
        {
            await Ledger.GrantFreeCallsAsync(account!.Id, freeCalls, "test");
        }

        var key = await Keys.CreateAsync(account!.Id, "test", application, profile);
        return (key.Reveal(), key.Key);
    }

    /// <summary>Status and code of a refusal, whose body must have remove.bg's exact shape.</summary>
    public static async Task<(int Status, string Code)> RefusalAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
            Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(text), response.Content.Headers.ContentLength);
            using var json = JsonDocument.Parse(text);
            var error = Assert.Single(json.RootElement.GetProperty("errors").EnumerateArray());
            Assert.NotEmpty(error.GetProperty("title").GetString()!);
            Assert.All(error.EnumerateObject(), static property => Assert.Equal(JsonValueKind.String, property.Value.ValueKind));
            return ((int)response.StatusCode, error.GetProperty("code").GetString()!);
        }
    }

    /// <summary>Waits until the server has noticed something that only it can notice, such as a client that went away.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        // Longer than a lease that somebody left behind.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            await tick.WaitForNextTickAsync(patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}

using System.Globalization;
using ClearBg.Tests.Segmentation;
using ClearBg.Tests.Storage;

namespace ClearBg.SystemTests.Money;

/// <summary>A database, and gateways over it whose model takes no time and whose limits let everything through unless told otherwise.</summary>
internal sealed class Installation : IDisposable
{
    private readonly Tests.Segmentation.TemporaryFolder _folder;
    private readonly TestStore _first;
    private readonly (string Name, string Value)[] _settings;

    private Installation(Tests.Segmentation.TemporaryFolder folder, TestStore first)
    {
        (_folder, _first) = (folder, first);
        var model = new BrightnessModel();
        model.Write(folder);
        _settings =
        [
            ("Segmentation__Model", model.Name),
            ("Segmentation__Folder", folder["models"]),
            first.ConnectionString.Length > 0 ? ("Storage__ConnectionString", first.ConnectionString) : ("Storage__Database", first.Path),
            ("Api__MegapixelsPerMinute", "1000000"),
            ("Admission__QueuedMegapixels", "100000"),
            ("Admission__WaitSeconds", "600"),
            ("Serilog__MinimumLevel__Default", "Warning"),
        ];
    }

    /// <summary>A new database, which nobody has open.</summary>
    public static async Task<Installation> CreateAsync(Engine engine)
    {
        var folder = new Tests.Segmentation.TemporaryFolder();
        await using var store = engine == Engine.Sqlite ? await TestStore.CreateAsync(folder["clearbg.db"]) : await TestStore.CreateAsync(engine);
        return new Installation(folder, store);
    }

    /// <summary>The database, as another process would open it.</summary>
    public TestStore Open() => _first.OpenAgain();

    /// <summary>Starts a gateway with the <see cref="Injected.Steps"/>, and a clock that many minutes ahead.</summary>
    public Task<Gateway> StartSteppedAsync(int minutesAhead) => StartAsync(
        (StartupHook.Variable, typeof(StartupHook).Assembly.Location),
        (StartupHook.MinutesAhead, minutesAhead.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Starts a gateway.</summary>
    public Task<Gateway> StartAsync(params (string Name, string Value)[] settings) => Gateway.StartAsync(_folder.Path, [.. _settings, .. settings]);

    /// <summary>Starts so many gateways over the one database.</summary>
    public async Task<Crowd> StartAsync(int gateways, params (string Name, string Value)[] settings) =>
        new(await Task.WhenAll(Enumerable.Range(0, gateways).Select(_ => StartAsync(settings))));

    public void Dispose() => _folder.Dispose();
}

using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace ClearBg.Operations;

/// <summary>Who may say on whose behalf a request comes. Configuration section "Proxy".</summary>
internal sealed class ProxyOptions
{
    public const string Section = "Proxy";

    /// <summary>
    /// Networks of reverse proxies, as 10.0.0.0/8 or a single address; none by default. Only what comes from them may name another client address, scheme and host
    /// in X-Forwarded-For, -Proto and -Host; through several proxies in a row, as far back as they are all in here.
    /// </summary>
    public string[] Networks { get; set; } = [];

    /// <summary>The networks, or null where one of them is none.</summary>
    public static IReadOnlyList<IPNetwork>? Parse(IEnumerable<string> networks)
    {
        List<IPNetwork> parsed = [];
        foreach (var text in networks)
        {
            // What is not written as it is read back was meant otherwise: 10/8 is read as 0.0.0.0/8, and 010.0.0.0/8 as 8.0.0.0/8.
            if (IPNetwork.TryParse(text, out var network) && string.Equals(network.ToString(), text, StringComparison.OrdinalIgnoreCase))
            {
                parsed.Add(network);
            }
            else if (IPAddress.TryParse(text, out var address) && string.Equals(address.ToString(), text, StringComparison.OrdinalIgnoreCase))
            {
                parsed.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                return null;
            }
        }

        return parsed;
    }
}

/// <summary>Checks at start that every network is one.</summary>
internal sealed class ProxyOptionsValidator : IValidateOptions<ProxyOptions>
{
    public ValidateOptionsResult Validate(string? name, ProxyOptions options) => ProxyOptions.Parse(options.Networks) is null
        ? ValidateOptionsResult.Fail("Proxy:Networks must be networks such as 10.0.0.0/8, or addresses.")
        : ValidateOptionsResult.Success;
}

/// <summary>Registers and uses them.</summary>
internal static class Proxies
{
    public static void AddProxies(this IServiceCollection services)
    {
        services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptionsValidator>();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxyOptions>>(static (headers, proxies) =>
        {
            // The framework's own default trusts loopback.
            headers.KnownProxies.Clear();
            headers.KnownIPNetworks.Clear();
            foreach (var network in ProxyOptions.Parse(proxies.Value.Networks)!)
            {
                headers.KnownIPNetworks.Add(network);
            }

            headers.ForwardedHeaders = headers.KnownIPNetworks.Count > 0
                ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost
                : ForwardedHeaders.None;
            headers.ForwardLimit = null;
        });
    }
}

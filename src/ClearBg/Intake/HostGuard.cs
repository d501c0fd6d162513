using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace ClearBg.Intake;

/// <summary>The addresses of a host name: every one that the system's resolver knows.</summary>
/// <exception cref="SocketException">There are none, or no server answered.</exception>
internal delegate Task<IPAddress[]> NameResolution(string host, CancellationToken cancellation);

/// <summary>
/// Resolves a host, once, and judges every address. Only addresses that were judged are ever connected to: a second resolution could answer differently,
/// which is what DNS rebinding does.
/// </summary>
internal sealed class HostGuard(NameResolution resolve, IOptions<FetchOptions> options)
{
    private readonly IPNetwork[] _allowed = [.. options.Value.AllowedNetworks.Select(IPNetwork.Parse)];

    public async Task<JudgedHost> JudgeAsync(Uri url, CancellationToken cancellation)
    {
        // By IdnHost, for in it 127。0。0。1 is an address as well. Those in numbers such as 2130706433 were spelled out by Uri.
        var addresses = IPAddress.TryParse(url.IdnHost, out var literal) ? [literal] : await ResolveAsync(url.IdnHost, cancellation);
        if (addresses.Length == 0)
        {
            return new([], IsAllowed: false, "the host has no address");
        }

        // One that isn't public condemns all: which of them is used is not for whoever runs the name's server to choose.
        var blocked = Array.Find(addresses, address => !IsAllowed(address) && !PublicAddress.IsPublic(address));
        return new(addresses, Array.TrueForAll(addresses, IsAllowed), blocked is null ? null : $"{blocked} is not public");
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        try
        {
            return await resolve(host, cancellation);
        }
        catch (SocketException)
        {
            return [];
        }
    }

    /// <summary>An address that wraps another one, as NAT64 does, is only as good as what is inside; ::ffff:a.b.c.d, which no resolver gives, is never good.</summary>
    private bool IsAllowed(IPAddress address) =>
        !address.IsIPv4MappedToIPv6
        && Array.Exists(_allowed, network => network.Contains(address))
        && (EmbeddedIPv4.In(address) is not { } inner || IsAllowed(inner) || PublicAddress.IsPublic(inner));
}

/// <summary>What a host name led to.</summary>
/// <param name="Addresses">All of its addresses.</param>
/// <param name="IsAllowed">Every address lies in <see cref="FetchOptions.AllowedNetworks"/>.</param>
/// <param name="Refusal">Why nothing is fetched from it, for the log; null when it may be.</param>
internal sealed record JudgedHost(IReadOnlyList<IPAddress> Addresses, bool IsAllowed, string? Refusal);

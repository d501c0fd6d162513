using System.Net;
using System.Net.Sockets;

namespace ClearBg.Api;

/// <summary>
/// A client's address, for limits that count clients: IPv4 whole; of IPv6 the first 64 bits, for every customer of a network has all addresses that follow
/// (RFC 6177). Behind a proxy it is what the proxy says, where that proxy is configured.
/// </summary>
internal static class ClientAddress
{
    private const int PrefixBytes = 8;

    public static string Of(HttpContext context) => context.Connection.RemoteIpAddress is { } address ? Of(address) : "unknown";

    public static string Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(PrefixBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}

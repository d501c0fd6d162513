using System.Net;
using System.Net.Sockets;

namespace ClearBg.Intake;

/// <summary>
/// Which addresses belong to the public internet: for IPv4 everything but the networks below, for IPv6 nothing but global unicast, without the networks below.
/// After IANA's registries of special-purpose addresses (RFC 6890) as of 2025.
/// </summary>
internal static class PublicAddress
{
    /// <summary>All that IANA gives out of IPv6. The rest is reserved, and most of what must never be reached lies there: ::1, fc00::/7, fe80::/10, ff00::/8.</summary>
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3"); // RFC 4291, 2.4

    private static readonly IPNetwork[] NotPublic =
    [
        IPNetwork.Parse("0.0.0.0/8"),         // RFC 791, 3.2: this network; Linux takes 0.0.0.0 for itself
        IPNetwork.Parse("10.0.0.0/8"),        // RFC 1918: private
        IPNetwork.Parse("100.64.0.0/10"),     // RFC 6598: shared by carriers (CGNAT); also metadata of one cloud
        IPNetwork.Parse("127.0.0.0/8"),       // RFC 1122, 3.2.1.3: loopback
        IPNetwork.Parse("168.63.129.16/32"),  // Azure's platform address: public by its number, inside by its route
        IPNetwork.Parse("169.254.0.0/16"),    // RFC 3927: link-local; metadata of most clouds
        IPNetwork.Parse("172.16.0.0/12"),     // RFC 1918: private
        IPNetwork.Parse("192.0.0.0/24"),      // RFC 6890: protocol assignments
        IPNetwork.Parse("192.0.2.0/24"),      // RFC 5737: documentation
        IPNetwork.Parse("192.88.99.0/24"),    // RFC 7526: relays of 6to4, withdrawn
        IPNetwork.Parse("192.168.0.0/16"),    // RFC 1918: private
        IPNetwork.Parse("198.18.0.0/15"),     // RFC 2544: benchmarks
        IPNetwork.Parse("198.51.100.0/24"),   // RFC 5737: documentation
        IPNetwork.Parse("203.0.113.0/24"),    // RFC 5737: documentation
        IPNetwork.Parse("224.0.0.0/4"),       // RFC 5771: multicast
        IPNetwork.Parse("240.0.0.0/4"),       // RFC 1112, 4: reserved, and with it the broadcast address of RFC 919
        IPNetwork.Parse("2001::/23"),         // RFC 2928: protocol assignments; Teredo, ORCHID, benchmarks
        IPNetwork.Parse("2001:db8::/32"),     // RFC 3849: documentation
        IPNetwork.Parse("2002::/16"),         // RFC 3056: 6to4, which wraps any IPv4 address
        IPNetwork.Parse("3fff::/20"),         // RFC 9637: documentation
    ];

    /// <summary>True when the address is the same host for everyone. IPv4 inside of IPv6 counts only where the outer address is public, and then must be public too.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // ::ffff:a.b.c.d comes first: IPNetwork finds any of them in 2000::/3 (.NET 10.0), which it isn't in. A zone (RFC 4007) names an interface of this
            // machine: nothing that leaves it needs one.
            if (address.IsIPv4MappedToIPv6 || !GlobalUnicast.Contains(address) || address.ScopeId != 0 || (EmbeddedIPv4.In(address) is { } inner && !IsPublic(inner)))
            {
                return false;
            }
        }

        foreach (var network in NotPublic)
        {
            if (network.Contains(address))
            {
                return false;
            }
        }

        return true;
    }
}

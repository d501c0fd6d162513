using System.Net;
using System.Net.Sockets;

namespace ClearBg.Intake;

/// <summary>
/// IPv4 addresses that hide in IPv6 ones. Some router or the machine itself unwraps them, so that a harmless look outside can mean 127.0.0.1 inside.
/// Not ::ffff:a.b.c.d, which is never connected to in the first place.
/// </summary>
internal static class EmbeddedIPv4
{
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32");

    /// <summary>The address inside; null where there is none, as in every IPv4 address.</summary>
    public static IPAddress? In(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        var bytes = address.GetAddressBytes();

        // RFC 4291, 2.5.5.1: ::a.b.c.d. RFC 6052, 2.1: 64:ff9b::a.b.c.d.
        if (Compatible.Contains(address) || Nat64.Contains(address))
        {
            return new IPAddress(bytes.AsSpan(12));
        }

        // RFC 3056, 2.
        if (SixToFour.Contains(address))
        {
            return new IPAddress(bytes.AsSpan(2, 4));
        }

        // RFC 4380, 4: the client's address, every bit turned.
        if (Teredo.Contains(address))
        {
            return new IPAddress([(byte)~bytes[12], (byte)~bytes[13], (byte)~bytes[14], (byte)~bytes[15]]);
        }

        // RFC 5214, 6.1: ISATAP, under any prefix at all.
        return bytes.AsSpan(8) is [0 or 2, 0, 0x5E, 0xFE, ..] ? new IPAddress(bytes.AsSpan(12)) : null;
    }
}

using System.Globalization;
using System.Numerics;

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// The curve y² = x³ + 7 over a prime field (SEC 2, 2.4.1), as far as recovering a public key needs it. Time depends on the numbers, so nothing secret may come
/// here: signatures and digests are public, and signing is the framework's.
/// </summary>
internal static class Secp256k1
{
    /// <summary>The field's prime.</summary>
    public static readonly BigInteger Prime = Parse("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F");

    /// <summary>The number of points, a prime too.</summary>
    public static readonly BigInteger Order = Parse("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141");

    private static readonly Point Generator = new(
        Parse("79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798"),
        Parse("483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8"),
        BigInteger.One);

    /// <summary>
    /// SEC 1, 4.1.6: the public key under which r and s sign the digest, where R has the even or odd y. The other two candidates, x = r + n, exist for one signature
    /// in 2¹²⁷ and have no place in Ethereum's v.
    /// </summary>
    /// <returns>x and y, 64 bytes; null when there is no such key.</returns>
    public static byte[]? Recover(BigInteger digest, BigInteger r, BigInteger s, bool isOdd)
    {
        if (Lift(r, isOdd) is not { } point)
        {
            return null;
        }

        // Q = r⁻¹(sR − eG)
        var inverse = BigInteger.ModPow(r, Order - 2, Order);
        var key = Sum(Modulo(-digest * inverse, Order), Generator, Modulo(s * inverse, Order), point);
        if (key.Z.IsZero)
        {
            return null;
        }

        var z = BigInteger.ModPow(key.Z, Prime - 2, Prime);
        var square = Field(z * z);
        return [.. UInt256.ToWord(Field(key.X * square)), .. UInt256.ToWord(Field(key.Y * Field(square * z)))];
    }

    /// <summary>The point with this x, if one is on the curve.</summary>
    private static Point? Lift(BigInteger x, bool isOdd)
    {
        var square = Field((x * Field(x * x)) + 7);

        // The prime is 3 modulo 4: this power is a root of every number that has one.
        var y = BigInteger.ModPow(square, (Prime + 1) >> 2, Prime);
        return x >= Prime || Field(y * y) != square ? null : new Point(x, y.IsEven == isOdd ? Prime - y : y, BigInteger.One);
    }

    /// <summary>aP + bQ, both walked down at once (Shamir's trick).</summary>
    private static Point Sum(BigInteger a, Point p, BigInteger b, Point q)
    {
        var both = Add(p, q);
        var sum = Point.Infinity;
        for (var bit = (int)long.Max(a.GetBitLength(), b.GetBitLength()) - 1; bit >= 0; bit--)
        {
            sum = Double(sum);
            sum = (IsSet(a, bit), IsSet(b, bit)) switch
            {
                (true, true) => Add(sum, both),
                (true, false) => Add(sum, p),
                (false, true) => Add(sum, q),
                _ => sum,
            };
        }

        return sum;
    }

    /// <summary>Explicit-Formulas Database, short Weierstrass with a = 0, "dbl-2009-l". Infinity stays it; no point of this curve has y = 0.</summary>
    private static Point Double(Point p)
    {
        var a = Field(p.X * p.X);
        var b = Field(p.Y * p.Y);
        var c = Field(b * b);
        var d = 2 * (Field((p.X + b) * (p.X + b)) - a - c);
        var e = 3 * a;
        var x = Field((e * e) - (2 * d));
        return new Point(x, Field((e * (d - x)) - (8 * c)), Field(2 * p.Y * p.Z));
    }

    /// <summary>The same source, "add-1998-cmo-2", with the cases that it leaves out.</summary>
    private static Point Add(Point p, Point q)
    {
        if (p.Z.IsZero || q.Z.IsZero)
        {
            return p.Z.IsZero ? q : p;
        }

        var (pz, qz) = (Field(p.Z * p.Z), Field(q.Z * q.Z));
        var (px, qx) = (Field(p.X * qz), Field(q.X * pz));
        var (py, qy) = (Field(p.Y * Field(q.Z * qz)), Field(q.Y * Field(p.Z * pz)));
        var (h, r) = (Field(qx - px), Field(qy - py));
        if (h.IsZero)
        {
            return r.IsZero ? Double(p) : Point.Infinity;
        }

        var square = Field(h * h);
        var cube = Field(h * square);
        var v = Field(px * square);
        var x = Field((r * r) - cube - (2 * v));
        return new Point(x, Field((r * (v - x)) - (py * cube)), Field(Field(p.Z * q.Z) * h));
    }

    private static bool IsSet(BigInteger number, int bit) => !((number >> bit) & BigInteger.One).IsZero;

    private static BigInteger Field(BigInteger number) => Modulo(number, Prime);

    private static BigInteger Modulo(BigInteger number, BigInteger modulus)
    {
        var rest = BigInteger.Remainder(number, modulus);
        return rest.Sign < 0 ? rest + modulus : rest;
    }

    private static BigInteger Parse(string hex) => BigInteger.Parse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>Jacobian: (X / Z², Y / Z³); infinity where Z is zero.</summary>
    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z)
    {
        public static readonly Point Infinity = new(BigInteger.One, BigInteger.One, BigInteger.Zero);
    }
}

namespace ClearBg.SystemTests.Payments;

/// <summary>What a payer signs. As it is, it is what the gateway asks for; each property is a way to sign something else.</summary>
internal sealed record PayerTerms
{
    /// <summary>Of x402: 1 or 2.</summary>
    public int Version { get; init; } = 2;

    /// <summary>Whom to pay.</summary>
    public string To { get; init; } = Shop.PayTo;

    /// <summary>Millionths of a dollar.</summary>
    public string Value { get; init; } = "50000";

    /// <summary>Seconds from now.</summary>
    public long ValidFrom { get; init; } = -600;

    /// <summary>Seconds from now.</summary>
    public long ValidFor { get; init; } = 600;

    /// <summary>32 bytes in hexadecimal; null for new ones.</summary>
    public string? Nonce { get; init; }

    /// <summary>True where the payer is the wallet contract, for which the key signs.</summary>
    public bool AsWallet { get; init; }

    /// <summary>Differences to the token's EIP-712 domain.</summary>
    public Dictionary<string, object>? Domain { get; init; }

    /// <summary>Differences to the message around the signed part.</summary>
    public Dictionary<string, object>? Envelope { get; init; }

    /// <summary>Version 2: differences to the entry of the offer that the payer says it accepts.</summary>
    public Dictionary<string, object>? Accepted { get; init; }

    /// <summary>Version 2: extensions.</summary>
    public Dictionary<string, object>? Extensions { get; init; }

    /// <summary>What is done to the signature: one of <c>sign.mjs</c>.</summary>
    public string? Twist { get; init; }
}

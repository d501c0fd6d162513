using System.Numerics;
using System.Text.Json;

namespace ClearBg.Payments.Ethereum;

/// <summary>Members of untrusted JSON: null for what is missing or has another type, whatever the element is.</summary>
internal static class JsonReading
{
    extension(JsonElement json)
    {
        /// <summary>A member of an object.</summary>
        public JsonElement? Member(string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) ? member : null;

        /// <summary>The text that the element is.</summary>
        public string? Text() => json.ValueKind == JsonValueKind.String ? json.GetString() : null;

        /// <summary>A member's text.</summary>
        public string? Text(string name) => json.Member(name)?.Text();

        /// <summary>A member that is true or false.</summary>
        public bool? Flag(string name) => json.Member(name)?.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

        /// <summary>0x and the digits of a number.</summary>
        public BigInteger? Quantity() => Hex.TryParseQuantity(json.Text(), out var number) ? number : null;

        /// <summary>A member's quantity.</summary>
        public BigInteger? Quantity(string name) => json.Member(name)?.Quantity();

        /// <summary>A quantity where more than 2⁶³ − 1 would make no sense, of a member.</summary>
        public long? Count(string name) => json.Member(name)?.Count();

        /// <summary>A quantity where more than 2⁶³ − 1 would make no sense.</summary>
        public long? Count() => json.Quantity() is { } number && number <= long.MaxValue ? (long)number : null;

        /// <summary>0x and the digits of bytes.</summary>
        public byte[]? Bytes() => Hex.TryParse(json.Text(), out var bytes) ? bytes : null;

        /// <summary>A member's bytes.</summary>
        public byte[]? Bytes(string name) => json.Member(name)?.Bytes();

        /// <summary>A member of 32 bytes.</summary>
        public Bytes32? Bytes32(string name) => json.Member(name)?.Bytes32();

        /// <summary>Just 32 bytes.</summary>
        public Bytes32? Bytes32() => Ethereum.Bytes32.TryParse(json.Text(), out var bytes) ? bytes : null;

        /// <summary>A member that is an address.</summary>
        public Address? Address(string name) => Ethereum.Address.TryParse(json.Text(name), out var address) ? address : null;
    }
}

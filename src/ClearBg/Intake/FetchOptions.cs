using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace ClearBg.Intake;

/// <summary>How pictures are fetched from URLs. Configuration section "Fetch".</summary>
internal sealed class FetchOptions : IValidatableObject
{
    public const string Section = "Fetch";

    /// <summary>Seconds for everything that one fetch does: name resolution, redirects, the whole body. 1 to 300; 10 by default.</summary>
    [Range(1, 300)]
    public int Seconds { get; set; } = 10;

    /// <summary>
    /// Networks that may be fetched from though they are not public, on any port: 10.1.2.3/32, fd00:1::/64. Empty by default. For an operator's own store of
    /// pictures: whoever may send a URL can then reach everything in them by HTTP, so name hosts rather than networks.
    /// </summary>
    public IList<string> AllowedNetworks { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        AllowedNetworks.Where(static network => !IsNetwork(network)).Select(static network => new ValidationResult(
            $"{Section}:{nameof(AllowedNetworks)}: '{network}' is not a network like 10.1.2.3/32 or fd00:1::/64, in its shortest form and with no bit set after its prefix.",
            [nameof(AllowedNetworks)]));

    /// <summary>Parsed and written it must be the same: the framework takes 10/8 for 0.0.0.0/8, 010.0.0.0/8 for 8.0.0.0/8 and 10.1.2.3/8 for 10.0.0.0/8.</summary>
    private static bool IsNetwork(string text) =>
        IPNetwork.TryParse(text, out var network) && network.ToString().Equals(text, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Checks every bound at once, at start.</summary>
[OptionsValidator]
internal sealed partial class FetchOptionsValidator : IValidateOptions<FetchOptions>;

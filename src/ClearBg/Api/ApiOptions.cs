using System.ComponentModel.DataAnnotations;
using ClearBg.Credits;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>How the APIs with keys behave. Configuration section "Api".</summary>
internal sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>Whose API <c>/v1.0</c> speaks to keys that say nothing else: ClearBg (the default) or RemoveBg.</summary>
    [EnumDataType(typeof(ApiProfile))]
    public ApiProfile Profile { get; set; } = ApiProfile.ClearBg;

    /// <summary>Megapixels of pictures a minute and key, each picture at least one; 1 to 1,000,000, 500 by default.</summary>
    [Range(1, 1_000_000)]
    public int MegapixelsPerMinute { get; set; } = 500;

    /// <summary>Pictures a day (UTC) that free calls pay for from one client address, whatever accounts they belong to; 1 to 1,000,000, 50 by default.</summary>
    [Range(1, 1_000_000)]
    public int FreeCallsPerAddress { get; set; } = 50;
}

/// <summary>Checks every bound at once, at start.</summary>
[OptionsValidator]
internal sealed partial class ApiOptionsValidator : IValidateOptions<ApiOptions>;

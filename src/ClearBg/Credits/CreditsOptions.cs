using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClearBg.Credits;

/// <summary>What accounts begin with: section <c>Credits</c> of the configuration.</summary>
internal sealed class CreditsOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Credits";

    /// <summary>
    /// Credits that the account of a first start gets, in its enterprise fund: 0 to 1,000,000,000, 1,000,000 by default. Whoever installs this for themselves has
    /// their pictures; whoever sells them grants credits to the accounts that they create.
    /// </summary>
    [Range(0, 1_000_000_000)]
    public int FirstAccountCredits { get; set; } = 1_000_000;
}

/// <summary>Reports every mistake in <see cref="CreditsOptions"/> at once.</summary>
[OptionsValidator]
internal sealed partial class CreditsOptionsValidator : IValidateOptions<CreditsOptions>;

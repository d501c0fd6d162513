using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClearBg.Credits;

/// <summary>Where accounts and keys are kept: section <c>Credits</c> of the configuration.</summary>
internal sealed class CreditsOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Credits";

    /// <summary>
    /// Path of the SQLite file, relative to the working directory; 1 to 4096 characters. File and folder are created when missing.
    /// It must lie on a local disk: SQLite's write-ahead log doesn't work over network file systems.
    /// </summary>
    [Required]
    [StringLength(4096)]
    public string Database { get; set; } = "data/clearbg.db";
}

/// <summary>Reports every mistake in <see cref="CreditsOptions"/> at once, before anything is opened.</summary>
[OptionsValidator]
internal sealed partial class CreditsOptionsValidator : IValidateOptions<CreditsOptions>;

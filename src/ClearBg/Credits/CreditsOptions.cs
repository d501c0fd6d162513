using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClearBg.Credits;

/// <summary>Where accounts, keys and credits are kept: section <c>Credits</c> of the configuration.</summary>
internal sealed class CreditsOptions : IValidatableObject
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

    /// <summary>
    /// A PostgreSQL database (12 or newer) in place of the file, such as <c>Host=db;Database=clearbg;Username=clearbg;Password=…</c>; the keywords are
    /// Npgsql's: https://www.npgsql.org/doc/connection-string-parameters.html. Empty: SQLite. Needed where several processes on different machines share accounts.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// Credits that the account of a first start gets, in its enterprise fund: 0 to 1,000,000,000, 1,000,000 by default. Whoever installs this for themselves has
    /// their pictures; whoever sells them grants credits to the accounts that they create.
    /// </summary>
    [Range(0, 1_000_000_000)]
    public int FirstAccountCredits { get; set; } = 1_000_000;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ConnectionString.Length > 0 && !PostgresSource.IsUsable(ConnectionString))
        {
            // What is wrong with it is Npgsql's to say, and its sentences may quote parts of a password.
            yield return new ValidationResult(
                $"{Section}:{nameof(ConnectionString)} cannot be used. It is a list of Npgsql's keywords such as Host=db;Database=clearbg;Username=clearbg;Password=…, " +
                "with quotes around a value that has a semicolon.");
        }
    }
}

/// <summary>Reports every mistake in <see cref="CreditsOptions"/> at once, before anything is opened.</summary>
[OptionsValidator]
internal sealed partial class CreditsOptionsValidator : IValidateOptions<CreditsOptions>;

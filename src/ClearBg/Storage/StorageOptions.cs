using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClearBg.Storage;

/// <summary>Where everything is kept that outlives a request: section <c>Storage</c> of the configuration.</summary>
internal sealed class StorageOptions : IValidatableObject
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Storage";

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

/// <summary>Reports every mistake in <see cref="StorageOptions"/> at once, before anything is opened.</summary>
[OptionsValidator]
internal sealed partial class StorageOptionsValidator : IValidateOptions<StorageOptions>;

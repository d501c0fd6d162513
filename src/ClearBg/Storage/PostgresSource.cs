using System.Data.Common;
using Npgsql;

namespace ClearBg.Storage;

/// <summary>Connections to a PostgreSQL database: Npgsql's own pool, with the defaults below.</summary>
internal static class PostgresSource
{
    // Before the operator's, for the last of two equal keywords counts. PostgreSQL takes 100 connections in all unless told otherwise, and Npgsql would let
    // each replica have 100; pictures need the database for a few milliseconds each.
    private const string Defaults = "Application Name=ClearBg;Maximum Pool Size=20;";

    /// <summary>Connects when the first connection is asked for, not before.</summary>
    /// <param name="connectionString">One that <see cref="IsUsable"/>.</param>
    public static DbDataSource Open(string connectionString) => NpgsqlDataSource.Create(Defaults + connectionString);

    /// <summary>True when the text names a server in words that Npgsql knows. Whether the server is there is another question.</summary>
    public static bool IsUsable(string connectionString)
    {
        try
        {
            Open(connectionString).Dispose();
            return true;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or NotSupportedException)
        {
            return false;
        }
    }
}

namespace ClearBg.Credits;

/// <summary>The schema as it grew. The first text leads to version 1; a text that was released never changes, a new one is added below it.</summary>
internal static class Migrations
{
    /// <summary>All migrations, oldest first.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        """
        CREATE TABLE accounts (
          id text PRIMARY KEY NOT NULL,
          name text NOT NULL UNIQUE,
          created_at bigint NOT NULL
        );
        CREATE TABLE api_keys (
          id text PRIMARY KEY NOT NULL,
          account_id text NOT NULL REFERENCES accounts (id),
          name text NOT NULL,
          secret_hash text NOT NULL,
          created_at bigint NOT NULL,
          revoked_at bigint
        );
        """,
        """
        CREATE TABLE applications (
          id text PRIMARY KEY NOT NULL,
          name text NOT NULL UNIQUE,
          secret_hash text NOT NULL,
          daily_limit bigint NOT NULL CHECK (daily_limit >= 0),
          enabled bigint NOT NULL,
          created_at bigint NOT NULL
        );
        ALTER TABLE api_keys ADD COLUMN application_id text REFERENCES applications (id);
        ALTER TABLE api_keys ADD COLUMN profile text;
        CREATE TABLE rate_windows (
          subject text PRIMARY KEY NOT NULL,
          used bigint NOT NULL CHECK (used >= 0),
          ends_at bigint NOT NULL
        );
        """,
    ];
}

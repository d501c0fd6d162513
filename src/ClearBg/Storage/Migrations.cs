namespace ClearBg.Storage;

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

        // Credits are in thousandths. What is held is gone from its balance, and a hold exists only while it is open; so
        // balance + holds = entries of the account's book, fund by fund, between any two transactions. Rows of transactions and entries are only ever added.
        """
        CREATE TABLE balances (
          account_id text PRIMARY KEY NOT NULL REFERENCES accounts (id),
          subscription bigint NOT NULL DEFAULT 0 CHECK (subscription >= 0),
          pay_as_you_go bigint NOT NULL DEFAULT 0 CHECK (pay_as_you_go >= 0),
          enterprise bigint NOT NULL DEFAULT 0 CHECK (enterprise >= 0),
          free_calls bigint NOT NULL DEFAULT 0 CHECK (free_calls >= 0)
        );
        CREATE TABLE holds (
          id text PRIMARY KEY NOT NULL,
          account_id text NOT NULL REFERENCES accounts (id),
          key_id text NOT NULL REFERENCES api_keys (id),
          subscription bigint NOT NULL CHECK (subscription >= 0),
          pay_as_you_go bigint NOT NULL CHECK (pay_as_you_go >= 0),
          enterprise bigint NOT NULL CHECK (enterprise >= 0),
          free_calls bigint NOT NULL CHECK (free_calls >= 0),
          expires_at bigint NOT NULL
        );
        CREATE INDEX holds_by_expiry ON holds (expires_at);
        CREATE TABLE transactions (
          id text PRIMARY KEY NOT NULL,
          account_id text NOT NULL REFERENCES accounts (id),
          kind text NOT NULL CHECK (kind IN ('grant', 'capture')),
          key_id text REFERENCES api_keys (id),
          note text NOT NULL,
          created_at bigint NOT NULL
        );
        CREATE INDEX transactions_by_account ON transactions (account_id, created_at);
        CREATE TABLE entries (
          transaction_id text NOT NULL REFERENCES transactions (id),
          book text NOT NULL CHECK (book IN ('account', 'granted', 'spent')),
          fund text NOT NULL CHECK (fund IN ('subscription', 'pay_as_you_go', 'enterprise', 'free_calls')),
          amount bigint NOT NULL,
          PRIMARY KEY (transaction_id, book, fund)
        );
        CREATE TABLE idempotency_keys (
          id text PRIMARY KEY NOT NULL,
          key_id text NOT NULL REFERENCES api_keys (id),
          text text NOT NULL,
          fingerprint text NOT NULL,
          answer text NOT NULL,
          state text NOT NULL CHECK (state IN ('running', 'done')),
          expires_at bigint NOT NULL,
          UNIQUE (key_id, text)
        );
        CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
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
        CREATE INDEX rate_windows_by_end ON rate_windows (ends_at);
        """,
    ];
}

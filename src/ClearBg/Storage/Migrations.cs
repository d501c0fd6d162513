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

        // A payment's row is its claim: whoever inserts it does the work. A lease says that a process is at it, and lets go by itself. Answers lie in parts, for a
        // parameter is one array. bytea is PostgreSQL's; SQLite stores bytes in a column of any type.
        """
        CREATE TABLE payments (
          id text PRIMARY KEY NOT NULL,
          payload_hash text NOT NULL,
          request_hash text NOT NULL,
          identifier text,
          state text NOT NULL CHECK (state IN ('working', 'settling', 'settled', 'failed')),
          reason text,
          transaction_hash text,
          version bigint NOT NULL,
          network text NOT NULL,
          payer text NOT NULL,
          pay_to text NOT NULL,
          amount text NOT NULL,
          valid_after text NOT NULL,
          valid_before text NOT NULL,
          nonce text NOT NULL,
          signature text NOT NULL,
          lease text NOT NULL,
          leased_until bigint NOT NULL,
          created_at bigint NOT NULL,
          settled_at bigint
        );
        CREATE UNIQUE INDEX payments_by_identifier ON payments (payer, identifier);
        CREATE INDEX payments_by_state ON payments (state, leased_until);
        CREATE INDEX payments_by_age ON payments (created_at);
        CREATE TABLE payment_answers (
          payment_id text PRIMARY KEY NOT NULL REFERENCES payments (id) ON DELETE CASCADE,
          content_type text NOT NULL,
          expires_at bigint NOT NULL
        );
        CREATE INDEX payment_answers_by_expiry ON payment_answers (expires_at);
        CREATE TABLE payment_answer_parts (
          payment_id text NOT NULL REFERENCES payment_answers (payment_id) ON DELETE CASCADE,
          part bigint NOT NULL,
          content bytea NOT NULL,
          PRIMARY KEY (payment_id, part)
        );
        """,

        // Every transaction that was ever signed for a payment stays. An open one holds its nonce; the row of the settler is what processes that share a key wait for.
        """
        CREATE TABLE settler_nonces (
          settler text NOT NULL,
          chain_id bigint NOT NULL,
          next_nonce bigint NOT NULL,
          seen_at bigint NOT NULL,
          PRIMARY KEY (settler, chain_id)
        );
        CREATE TABLE sent_transactions (
          hash text PRIMARY KEY NOT NULL,
          payment_id text NOT NULL,
          settler text NOT NULL,
          chain_id bigint NOT NULL,
          nonce bigint NOT NULL,
          raw text NOT NULL,
          tip_cap text NOT NULL,
          fee_cap text NOT NULL,
          gas_limit bigint NOT NULL,
          block bigint NOT NULL,
          created_at bigint NOT NULL,
          is_open bigint NOT NULL
        );
        CREATE INDEX sent_transactions_by_payment ON sent_transactions (payment_id);
        CREATE INDEX sent_transactions_open ON sent_transactions (settler, chain_id, nonce) WHERE is_open = 1;
        CREATE TABLE facilitator_posts (
          payment_id text PRIMARY KEY NOT NULL,
          created_at bigint NOT NULL
        );
        """,
    ];
}

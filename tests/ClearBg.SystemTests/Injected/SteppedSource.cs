using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace ClearBg.SystemTests.Injected;

/// <summary>A database whose statements, transactions' beginnings and commits are <see cref="Steps"/>. Otherwise it is the one behind it.</summary>
internal sealed class SteppedSource(DbDataSource inner) : DbDataSource
{
    public override string ConnectionString => inner.ConnectionString;

    protected override DbConnection CreateDbConnection() => new Connection(inner.CreateConnection());

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }

    private sealed class Connection(DbConnection inner) : DbConnection
    {
        [AllowNull]
        public override string ConnectionString
        {
            get => inner.ConnectionString;
            set => inner.ConnectionString = value;
        }

        public override string Database => inner.Database;

        public override string DataSource => inner.DataSource;

        public override string ServerVersion => inner.ServerVersion;

        public override ConnectionState State => inner.State;

        public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

        public override void Open() => inner.Open();

        public override Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

        public override void Close() => inner.Close();

        public override Task CloseAsync() => inner.CloseAsync();

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        protected override DbCommand CreateDbCommand() => new SteppedCommand(inner.CreateCommand()) { Connection = this };

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
        {
            Steps.Pass("BEGIN");
            return new Transaction(this, inner.BeginTransaction(isolationLevel));
        }

        protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken)
        {
            Steps.Pass("BEGIN");
            return new Transaction(this, await inner.BeginTransactionAsync(isolationLevel, cancellationToken));
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Transaction(DbConnection connection, DbTransaction inner) : DbTransaction
    {
        public override IsolationLevel IsolationLevel => inner.IsolationLevel;

        protected override DbConnection DbConnection => connection;

        public override void Commit()
        {
            Steps.Pass(Steps.Commit);
            inner.Commit();
            Steps.Committed();
        }

        public override async Task CommitAsync(CancellationToken cancellationToken = default)
        {
            Steps.Pass(Steps.Commit);
            await inner.CommitAsync(cancellationToken);
            Steps.Committed();
        }

        public override void Rollback() => inner.Rollback();

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}

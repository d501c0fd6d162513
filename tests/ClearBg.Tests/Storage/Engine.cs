using System.Reflection;
using Xunit.Sdk;

namespace ClearBg.Tests.Storage;

/// <summary>What keeps a test's database.</summary>
public enum Engine
{
    Sqlite,
    Postgres,
}

/// <summary>Runs a theory on a new SQLite file. Values given here follow the engine.</summary>
internal sealed class OnSqliteAttribute(params object[] values) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Engine.Sqlite, .. values]];
}

/// <summary>Runs a theory on a new PostgreSQL schema, and is skipped with the name of the Debian package where there is no PostgreSQL.</summary>
internal sealed class OnPostgresAttribute : DataAttribute
{
    private readonly object[] _values;

    public OnPostgresAttribute(params object[] values)
    {
        _values = values;
        if (!Postgres.IsInstalled)
        {
            Skip = $"PostgreSQL is not on this machine: apt-get install {Postgres.Package}.";
        }
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Engine.Postgres, .. _values]];
}

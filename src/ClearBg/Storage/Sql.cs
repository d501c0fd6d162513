using System.Data.Common;

namespace ClearBg.Storage;

/// <summary>
/// Commands with their values. Texts keep to what SQLite and PostgreSQL both run: <c>@name</c> parameters, <c>ON CONFLICT</c>,
/// <c>RETURNING</c>, and the types <c>text</c> and <c>bigint</c>; times are milliseconds since 1970 in UTC.
/// </summary>
internal static class Sql
{
    extension(DbDataSource source)
    {
        /// <summary>A command that opens its own connection and closes it after its one statement.</summary>
        public DbCommand Command(string text, params ReadOnlySpan<(string Name, object Value)> values) =>
            Fill(source.CreateCommand(text), values);
    }

    extension(DbConnection connection)
    {
        /// <summary>A command inside the connection's running transaction, if there is one.</summary>
        public DbCommand Command(string text, params ReadOnlySpan<(string Name, object Value)> values)
        {
            var command = connection.CreateCommand();
            command.CommandText = text;
            return Fill(command, values);
        }
    }

    extension(TimeProvider clock)
    {
        /// <summary>Now, in milliseconds since 1970 in UTC.</summary>
        public long Milliseconds => clock.GetUtcNow().ToUnixTimeMilliseconds();
    }

    extension(DbDataReader reader)
    {
        /// <summary>The time in a bigint column.</summary>
        public DateTimeOffset GetTime(int column) => DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));
    }

    private static DbCommand Fill(DbCommand command, ReadOnlySpan<(string Name, object Value)> values)
    {
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}

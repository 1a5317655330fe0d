using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;

namespace Outbox.Capture;

/// <summary>Runs behind EF's batches, in their transaction: makes the messages of factories and inserts all messages of the save.</summary>
internal sealed class PendingBatch(CaptureState state, List<IUpdateEntry> entries, ModificationCommandBatchFactoryDependencies dependencies)
    : ModificationCommandBatch
{
    /// <summary>A statement stays well below what a protocol takes (PostgreSQL: 1 GB).</summary>
    private const int MaxStatementBytes = 32 * 1024 * 1024;

    private const string Failed = "The messages of this save could not be written to the outbox, see the inner exception. Nothing was saved.";

    public override IReadOnlyList<IReadOnlyModificationCommand> ModificationCommands => [];

    public override bool RequiresTransaction => true;

    public override bool AreMoreBatchesExpected => false;

    public override bool TryAddCommand(IReadOnlyModificationCommand modificationCommand) => false;

    public override void Complete(bool moreBatchesExpected)
    {
    }

    public override void Execute(IRelationalConnection connection)
    {
        foreach (var (command, values) in CreateStatements())
        {
            try
            {
                command.ExecuteNonQuery(Parameters(connection, values));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                throw new DbUpdateException(Failed, exception);
            }
        }
    }

    public override async Task ExecuteAsync(IRelationalConnection connection, CancellationToken cancellationToken = default)
    {
        foreach (var (command, values) in CreateStatements())
        {
            try
            {
                await command.ExecuteNonQueryAsync(Parameters(connection, values), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                throw new DbUpdateException(Failed, exception);
            }
        }
    }

    private IEnumerable<(IRelationalCommand Command, Dictionary<string, object?> Values)> CreateStatements()
    {
        var rows = MakeRows();
        var sql = state.Services.InsertSql;
        List<OutboxInsertRow> waiting = [.. rows.Where(row => row.DueAt is null)];
        List<OutboxInsertRow> scheduled = [.. rows.Where(row => row.DueAt is not null)];
        state.Written = (rows.Length, rows.Length);
        return Statements(sql, state.Model.Waiting!, waiting).Concat(Statements(sql, state.Model.Scheduled!, scheduled));
    }

    private OutboxInsertRow[] MakeRows()
    {
        var pending = state.Pending;
        var count = pending.Count;
        var rows = new OutboxInsertRow[count];
        using var _ = pending.Exists(message => message.Factory is not null) ? GeneratedValues.Lend(entries) : null;
        for (var i = 0; i < count; i++)
        {
            rows[i] = pending[i].Factory is { } factory ? Make(factory) : pending[i].Row;
        }

        return pending.Count == count ? rows : throw new OutboxException(
            "A message factory called Enqueue. It runs while the save is being written, so enqueue that message beside it, before SaveChanges.");
    }

    private OutboxInsertRow Make(MessageFactory factory)
    {
        var message = factory.Create() ?? throw new OutboxException(
            $"A factory for {factory.DeclaredType.Name} made null. Make a message, or do not enqueue the factory.");
        return state.Services.Composer.Compose(dependencies.CurrentContext.Context, message, factory.DeclaredType, factory.Id, factory.Request);
    }

    private IEnumerable<(IRelationalCommand Command, Dictionary<string, object?> Values)> Statements(
        IOutboxInsertSql sql, OutboxInsertTable table, List<OutboxInsertRow> rows)
    {
        for (var start = 0; start < rows.Count;)
        {
            var end = start;
            for (long size = 0; end < rows.Count && end - start < sql.MaxRows && (end == start || size + rows[end].Size <= MaxStatementBytes); end++)
            {
                size += rows[end].Size;
            }

            var builder = dependencies.CommandBuilderFactory.Create();
            var values = new Dictionary<string, object?>();
            sql.Append(builder, values, table, rows.GetRange(start, end - start));
            yield return (builder.Build(), values);
            start = end;
        }
    }

    private RelationalCommandParameterObject Parameters(IRelationalConnection connection, Dictionary<string, object?> values) =>
        new(connection, values, readerColumns: null, dependencies.CurrentContext.Context, dependencies.Logger, CommandSource.SaveChanges);
}

using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Update;

namespace Outbox.Capture;

/// <summary>The messages of one save, on their way into commands.</summary>
internal sealed class PendingWrite
{
    /// <summary>From here on one statement of our own is faster than commands in EF's batch.</summary>
    private const int OwnBatchFrom = 8;

    private readonly CaptureState _state;
    private readonly ModificationCommandBatchFactoryDependencies _dependencies;

    private PendingWrite(CaptureState state, List<IUpdateEntry> others, bool ownBatch, ModificationCommandBatchFactoryDependencies dependencies)
    {
        _state = state;
        _dependencies = dependencies;
        Others = others;
        OwnBatch = ownBatch;
    }

    /// <summary>What EF has to write: every entry but the anchor.</summary>
    public List<IUpdateEntry> Others { get; }

    /// <summary>Whether the messages get a batch behind EF's last one, rather than a place in it.</summary>
    public bool OwnBatch { get; }

    /// <summary>Finds the messages of a save; null where there are none.</summary>
    /// <exception cref="OutboxException">A factory has no transaction to run in.</exception>
    public static PendingWrite? Find(IList<IUpdateEntry> entries, ModificationCommandBatchFactoryDependencies dependencies)
    {
        var context = dependencies.CurrentContext.Context;
        if (CaptureState.Find(context) is not { } state)
        {
            return null;
        }

        List<IUpdateEntry> others = [.. entries.Where(entry => !state.IsAnchor(entry))];
        if (others.Count == entries.Count)
        {
            return null;
        }

        var hasFactory = state.Pending.Exists(message => message.Factory is not null);
        var ownBatch = hasFactory || state.Pending.Count >= OwnBatchFrom;
        if (ownBatch && !HasTransaction(context))
        {
            // Without a transaction only what is in EF's batch stands or falls with it.
            ownBatch = !hasFactory ? false : throw new OutboxException(
                $"A message made by a factory needs a transaction, and {context.GetType().Name} saves without one (AutoTransactionBehavior.Never). Begin one with Database.BeginTransaction(), or enqueue the message itself.");
        }

        return new PendingWrite(state, others, ownBatch, dependencies);
    }

    /// <summary>The messages as inserts that read nothing back.</summary>
    public List<IReadOnlyModificationCommand> CreateCommands(IModificationCommandFactory factory, Func<string> generateParameterName)
    {
        var commands = new List<IReadOnlyModificationCommand>(_state.Pending.Count);
        foreach (var message in _state.Pending)
        {
            commands.Add(CreateCommand(message.Row, factory, generateParameterName));
        }

        _state.Written = (commands.Count, 0);
        return commands;
    }

    /// <summary>EF's batches, and behind them ours.</summary>
    public IEnumerable<ModificationCommandBatch> Append(IEnumerable<ModificationCommandBatch> batches)
    {
        var first = true;
        foreach (var batch in batches)
        {
            // The executor asks the first batch whether it needs a transaction.
            yield return first ? new LeadingBatch(batch) : batch;
            first = false;
        }

        yield return new PendingBatch(_state, Others, _dependencies);
    }

    private static bool HasTransaction(DbContext context) =>
        context.Database.AutoTransactionBehavior != AutoTransactionBehavior.Never
        || context.Database.CurrentTransaction is not null
        || context.Database.GetEnlistedTransaction() is not null
        || Transaction.Current is not null;

    private INonTrackedModificationCommand CreateCommand(
        OutboxInsertRow row, IModificationCommandFactory factory, Func<string> generateParameterName)
    {
        var table = row.DueAt is null ? _state.Model.Waiting! : _state.Model.Scheduled!;
        var command = factory.CreateNonTrackedModificationCommand(new NonTrackedModificationCommandParameters(table.Table, false));
        command.EntityState = EntityState.Added;
        foreach (var column in table.Columns)
        {
            var mapping = column.Mapping;
            command.AddColumnModification(new ColumnModificationParameters(
                mapping.Column, originalValue: null, column.Value(row), mapping.Property, mapping.TypeMapping,
                read: false, write: true, key: false, condition: false, sensitiveLoggingEnabled: false, mapping.Column.IsNullable)
            {
                GenerateParameterName = generateParameterName,
            });
        }

        return command;
    }
}

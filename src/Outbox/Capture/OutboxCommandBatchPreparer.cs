#pragma warning disable EF1001 // EF sorts commands by table name; only this internal class can put the outbox's rows last
using Microsoft.EntityFrameworkCore.Update;
using Microsoft.EntityFrameworkCore.Update.Internal;

namespace Outbox.Capture;

/// <summary>
/// EF's preparer, which turns changes into batches, with the messages of the save behind everything else. It keeps no state beyond
/// one call. The tests pin what it relies on: the three members below, and that the last list becomes the last batch.
/// </summary>
internal sealed class OutboxCommandBatchPreparer(
    CommandBatchPreparerDependencies dependencies, ModificationCommandBatchFactoryDependencies batchDependencies)
    : CommandBatchPreparer(dependencies)
{
    private PendingWrite? _write;
    private Func<string>? _generateParameterName;

    public override IEnumerable<ModificationCommandBatch> BatchCommands(IList<IUpdateEntry> entries, IUpdateAdapter updateAdapter)
    {
        _write = PendingWrite.Find(entries, batchDependencies);
        var batches = base.BatchCommands(entries, updateAdapter);
        return _write is { OwnBatch: true } ? _write.Append(batches) : batches;
    }

    public override IReadOnlyList<List<IReadOnlyModificationCommand>> TopologicalSort(IEnumerable<IReadOnlyModificationCommand> commands)
    {
        var sets = base.TopologicalSort(commands);
        if (_write is { OwnBatch: false })
        {
            var rows = _write.CreateCommands(Dependencies.ModificationCommandFactory, _generateParameterName!);
            if (sets.Count == 0)
            {
                return [rows];
            }

            sets[^1].AddRange(rows);
        }

        return sets;
    }

    protected override IEnumerable<IReadOnlyModificationCommand> CreateModificationCommands(
        IList<IUpdateEntry> entries, IUpdateAdapter updateAdapter, Func<string> generateParameterName)
    {
        _generateParameterName = generateParameterName;
        if (_write is null)
        {
            return base.CreateModificationCommands(entries, updateAdapter, generateParameterName);
        }

        // The base adds entries that share a row to the list it gets, and the caller's list must learn of them.
        var others = _write.Others;
        var known = others.Count;
        var commands = base.CreateModificationCommands(others, updateAdapter, generateParameterName);
        for (var i = known; i < others.Count; i++)
        {
            entries.Add(others[i]);
        }

        return commands;
    }
}

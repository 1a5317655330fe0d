using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;

namespace Outbox.Capture;

/// <summary>A batch of EF's that says another follows it, so that the executor begins a transaction.</summary>
internal sealed class LeadingBatch(ModificationCommandBatch batch) : ModificationCommandBatch
{
    public override IReadOnlyList<IReadOnlyModificationCommand> ModificationCommands => batch.ModificationCommands;

    public override bool RequiresTransaction => true;

    public override bool AreMoreBatchesExpected => true;

    public override bool TryAddCommand(IReadOnlyModificationCommand modificationCommand) => batch.TryAddCommand(modificationCommand);

    public override void Complete(bool moreBatchesExpected) => batch.Complete(moreBatchesExpected);

    public override void Execute(IRelationalConnection connection) => batch.Execute(connection);

    public override Task ExecuteAsync(IRelationalConnection connection, CancellationToken cancellationToken = default) =>
        batch.ExecuteAsync(connection, cancellationToken);
}

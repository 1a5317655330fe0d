using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Outbox.Storage.Tables;

namespace Outbox.Storage;

/// <summary>The single moves between waiting and parked messages. Called under the lock of the bucket's row, in its transaction.</summary>
internal sealed class ParkingMoves(ContextSession session)
{
    private static readonly string[] Copied = ["Id", "KeyHash", "MessageId", "Topic", "Key", "Payload", "Headers", "CreatedAt"];

    private readonly OutboxTable _waiting = session.Tables.Messages;
    private readonly OutboxTable _parked = session.Tables.ParkedMessages;
    private readonly OutboxTable _keys = session.Tables.ParkedKeys;

    private IQueryable<OutboxMessageRecord> Waiting => session.Context.Set<OutboxMessageRecord>().AsNoTracking().IgnoreQueryFilters();

    private IQueryable<OutboxParkedMessageRecord> Parked =>
        session.Context.Set<OutboxParkedMessageRecord>().AsNoTracking().IgnoreQueryFilters();

    private IQueryable<OutboxParkedKeyRecord> Keys => session.Context.Set<OutboxParkedKeyRecord>().AsNoTracking().IgnoreQueryFilters();

    private string CopyHeld => $"INSERT INTO {_parked.Name} ({_parked.Columns(Copied)}, {_parked["ParkedKeyId"]}) "
        + $"SELECT {Of("w", _waiting)}, k.{_keys["Id"]} FROM {_waiting.Name} w INNER JOIN {_keys.Name} k "
        + $"ON w.{_waiting["KeyHash"]} = k.{_keys["KeyHash"]} AND w.{_waiting["Topic"]} = k.{_keys["Topic"]} "
        + $"AND w.{_waiting["Key"]} = k.{_keys["Key"]} WHERE k.{_keys["HoldsKey"]} = {{0}}";

    public async Task ParkAsync(ParkedMessage poison, CancellationToken cancellationToken)
    {
        var row = await Waiting.Where(waiting => waiting.Id == poison.Id)
            .Select(waiting => new { waiting.KeyHash, waiting.Topic, waiting.Key })
            .FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        if (row is null)
        {
            return;
        }

        var holds = poison.Policy == PoisonMessagePolicy.ParkKey && row.Key is not null;
        if (holds && await FindHeldAsync(row.KeyHash, row.Topic, row.Key!, cancellationToken).ConfigureAwait(false) is { } held)
        {
            await MoveKeyAsync(held, cancellationToken).ConfigureAwait(false);
            return;
        }

        var added = await AddKeyAsync(poison, row.KeyHash, holds, cancellationToken).ConfigureAwait(false);
        await (holds ? MoveKeyAsync(added, cancellationToken) : MoveOneAsync(added, poison.Id, cancellationToken)).ConfigureAwait(false);
    }

    public async Task AbsorbAsync(long[] ids, CancellationToken cancellationToken)
    {
        var list = string.Join(", ", ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));
        await ExecuteAsync($"{CopyHeld} AND w.{_waiting["Id"]} IN ({list})", [true], cancellationToken).ConfigureAwait(false);
        await Waiting.Where(row => EF.Parameter(ids).Contains(row.Id) && Parked.Any(moved => moved.Id == row.Id))
            .ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is requested for an entry, which can't be asked otherwise until the transaction ends; null for nothing.</summary>
    public async Task<string?> LockRequestAsync(long key, CancellationToken cancellationToken)
    {
        await Keys.Where(row => row.Id == key)
            .ExecuteUpdateAsync(row => row.SetProperty(to => to.RequestedAction, to => to.RequestedAction), cancellationToken).ConfigureAwait(false);
        return await Keys.Where(row => row.Id == key).Select(row => row.RequestedAction).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task ReleaseAsync(long key, CancellationToken cancellationToken)
    {
        var insert = $"INSERT INTO {_waiting.Name} ({_waiting.Columns(Copied)}) "
            + $"SELECT {Of("p", _parked)} FROM {_parked.Name} p WHERE p.{_parked["ParkedKeyId"]} = {{0}}";
        if (session.Dialect.IdentityInsert is var (before, after))
        {
            insert = string.Format(null, before, _waiting.Name) + insert + "; " + string.Format(null, after, _waiting.Name);
        }

        await ExecuteAsync(insert, [key], cancellationToken).ConfigureAwait(false);
        await RemoveAsync(key, cancellationToken).ConfigureAwait(false);
    }

    public async Task RemoveAsync(long key, CancellationToken cancellationToken)
    {
        await Parked.Where(row => row.ParkedKeyId == key).ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
        await Keys.Where(row => row.Id == key).ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task MoveKeyAsync(long key, CancellationToken cancellationToken)
    {
        await ExecuteAsync($"{CopyHeld} AND k.{_keys["Id"]} = {{1}}", [true, key], cancellationToken).ConfigureAwait(false);
        await DeleteMovedAsync(key, cancellationToken).ConfigureAwait(false);
    }

    private async Task MoveOneAsync(long key, long id, CancellationToken cancellationToken)
    {
        var insert = $"INSERT INTO {_parked.Name} ({_parked.Columns(Copied)}, {_parked["ParkedKeyId"]}) "
            + $"SELECT {Of("w", _waiting)}, k.{_keys["Id"]} FROM {_waiting.Name} w CROSS JOIN {_keys.Name} k "
            + $"WHERE w.{_waiting["Id"]} = {{0}} AND k.{_keys["Id"]} = {{1}}";
        await ExecuteAsync(insert, [id, key], cancellationToken).ConfigureAwait(false);
        await DeleteMovedAsync(key, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> AddKeyAsync(ParkedMessage poison, int keyHash, bool holds, CancellationToken cancellationToken)
    {
        var insert = $"INSERT INTO {_keys.Name} ({_keys.Columns("Topic", "Key", "KeyHash", "HoldsKey", "Attempts", "Error")}) "
            + $"SELECT {_waiting.Columns("Topic", "Key", "KeyHash")}, {{0}}, {{1}}, {{2}} FROM {_waiting.Name} WHERE {_waiting["Id"]} = {{3}}";
        await ExecuteAsync(insert, [holds, poison.Attempts, poison.Error, poison.Id], cancellationToken).ConfigureAwait(false);

        // Only the bucket's owner adds entries of this hash, so the newest is the one just added.
        return await Keys.Where(row => row.KeyHash == keyHash).MaxAsync(row => row.Id, cancellationToken).ConfigureAwait(false);
    }

    private Task<long?> FindHeldAsync(int keyHash, string topic, byte[] key, CancellationToken cancellationToken) =>
        Keys.Where(row => row.HoldsKey && row.KeyHash == keyHash && row.Topic == topic && row.Key == key)
            .Select(row => (long?)row.Id).FirstOrDefaultAsync(cancellationToken);

    // Exactly what was moved: a message that was committed since then is left for the next time.
    private Task<int> DeleteMovedAsync(long key, CancellationToken cancellationToken) => Waiting
        .Where(row => Parked.Any(moved => moved.Id == row.Id && moved.ParkedKeyId == key))
        .ExecuteDeleteAsync(cancellationToken);

    private static string Of(string alias, OutboxTable table) => string.Join(", ", Copied.Select(column => $"{alias}.{table[column]}"));

    private Task<int> ExecuteAsync(string sql, object[] values, CancellationToken cancellationToken) =>
        session.Context.Database.ExecuteSqlRawAsync(sql, values, cancellationToken);
}

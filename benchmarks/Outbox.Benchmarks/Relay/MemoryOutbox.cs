using System.Text;
using Outbox.Messages;
using Outbox.Storage;

namespace Outbox.Benchmarks.Relay;

/// <summary>A table in memory that is filled again and again with the same rows under new ids. Safe for concurrent use.</summary>
internal sealed class MemoryOutbox : IOutboxStore
{
    private readonly Lock _gate = new();
    private readonly OutboxRow[] _rows;
    private readonly bool[] _isGone;
    private TaskCompletionSource _emptied = new();
    private long _before;
    private int _left;
    private int _lowest;

    public MemoryOutbox(int rows)
    {
        var headers = Encoding.UTF8.GetBytes(HeaderCodec.Encode(new MessageHeaders()
            .Add(OutboxHeaders.MessageType, "order-placed")
            .Add(OutboxHeaders.TraceParent, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")));
        var payload = new byte[500];
        _isGone = new bool[rows];
        _lowest = rows;
        _rows = [.. Enumerable.Range(0, rows).Select(i =>
        {
            var key = Encoding.UTF8.GetBytes($"{i % 1000}");
            var id = Guid.CreateVersion7();
            return new OutboxRow(i + 1, OrderingKey.Hash(key, id), id, "orders", key, payload, headers, DateTimeOffset.UnixEpoch);
        })];
    }

    /// <summary>The highest id that was ever there.</summary>
    public long LastId
    {
        get
        {
            lock (_gate)
            {
                return _before == 0 && _left == 0 ? 0 : _before + _rows.Length;
            }
        }
    }

    /// <summary>Fills the empty table. The task ends when it is empty again.</summary>
    public Task Fill()
    {
        lock (_gate)
        {
            _before += _rows.Length;
            Array.Clear(_isGone);
            (_left, _lowest) = (_rows.Length, 0);
            _emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _emptied.Task;
        }
    }

    public void Read(OutboxRead read, ICollection<OutboxRow> rows)
    {
        lock (_gate)
        {
            var except = read.ExceptIds.Count == 0 ? null : read.ExceptIds.ToHashSet();
            var count = 0;
            for (var i = (int)Math.Max(_lowest, read.After - _before); i < _rows.Length && count < read.Limit && _before + i + 1 <= read.Until; i++)
            {
                var id = _before + i + 1;
                if (!_isGone[i] && read.Buckets.ContainsKey(_rows[i].KeyHash) && except?.Contains(id) != true)
                {
                    rows.Add(_rows[i] with { Id = id });
                    count++;
                }
            }
        }
    }

    public int Delete(IReadOnlyList<long> ids)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                _isGone[id - _before - 1] = true;
            }

            _left -= ids.Count;
            while (_lowest < _rows.Length && _isGone[_lowest])
            {
                _lowest++;
            }

            if (_left == 0)
            {
                _emptied.TrySetResult();
            }

            return ids.Count;
        }
    }

    public ValueTask<IOutboxReader> OpenReaderAsync(CancellationToken cancellationToken) => new(new MemoryReader(this));

    public ValueTask<IOutboxSettler> OpenSettlerAsync(CancellationToken cancellationToken) => new(new MemorySettler(this));

    public ValueTask<OutboxBacklog> GetBacklogAsync(CancellationToken cancellationToken) => new(new OutboxBacklog(_left, TimeSpan.Zero, 0));
}

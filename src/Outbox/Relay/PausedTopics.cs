using Outbox.Signals;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>
/// What operators paused. A pause works at once; what is resumed stays held until <see cref="TakeAdmitted"/>, for the reason that
/// <see cref="HeldBack"/> gives. Safe for concurrent use.
/// </summary>
internal sealed class PausedTopics(IControlStore store, AsyncSignal wake) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private HashSet<string> _paused = new(StringComparer.Ordinal);
    private HashSet<string>? _next;

    /// <summary>Whether nothing at all is sent.</summary>
    public bool All => Volatile.Read(ref _paused).Contains("");

    /// <summary>The topics that are left out, one by one.</summary>
    public IReadOnlyCollection<string> Topics => Volatile.Read(ref _paused);

    public bool Holds(string topic)
    {
        var paused = Volatile.Read(ref _paused);
        return paused.Count > 0 && (paused.Contains("") || paused.Contains(topic));
    }

    /// <summary>Reads what is asked for, and ends drains of which nothing is left.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var entries = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
            var now = new HashSet<string>(StringComparer.Ordinal);
            foreach (var entry in entries)
            {
                if (entry.State == OutboxControlState.Paused || await store.EndDrainAsync(entry.Topic, cancellationToken).ConfigureAwait(false))
                {
                    now.Add(entry.Topic);
                }
            }

            Take(now);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Admits what was resumed. Called between two reads.</summary>
    /// <returns>Whether something was admitted, so that reading must start over.</returns>
    public bool TakeAdmitted()
    {
        lock (_gate)
        {
            if (_next is not { } next)
            {
                return false;
            }

            _next = null;
            var admitted = !_paused.IsSubsetOf(next);
            Volatile.Write(ref _paused, next);
            return admitted;
        }
    }

    public void Dispose() => _turn.Dispose();

    private void Take(HashSet<string> now)
    {
        lock (_gate)
        {
            if (now.SetEquals(_next ?? _paused))
            {
                return;
            }

            _next = now;
            if (!now.IsSubsetOf(_paused))
            {
                Volatile.Write(ref _paused, new HashSet<string>(_paused.Union(now), StringComparer.Ordinal));
            }
        }

        wake.Set();
    }
}

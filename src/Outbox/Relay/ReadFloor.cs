using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>
/// Finds the id below which nothing can appear any more. The last id given out is taken first, the open writers second; when all
/// of those writers are gone, every row up to that id is committed or will never be. In the other order a writer could
/// take an id and begin in between, unseen.
/// </summary>
internal sealed class ReadFloor(IWriterWatch writers)
{
    private long _candidate;
    private IReadOnlySet<string>? _pending;

    /// <summary>The highest id that is decided for certain but not yet the floor; 0 where there is none.</summary>
    public long Confirmed { get; private set; }

    /// <summary>Takes one step: a sample, or a look whether the writers of the last one are gone.</summary>
    public async ValueTask StepAsync(CancellationToken cancellationToken)
    {
        if (Confirmed != 0)
        {
            return;
        }

        if (_pending is null)
        {
            _candidate = await writers.GetLastIdAsync(cancellationToken).ConfigureAwait(false);
            _pending = await writers.GetOpenWritersAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var open = await writers.GetOpenWritersAsync(cancellationToken).ConfigureAwait(false);
            _pending = _pending.Where(open.Contains).ToHashSet(StringComparer.Ordinal);
        }

        if (_pending.Count == 0)
        {
            Confirmed = _candidate;
            _pending = null;
        }
    }

    /// <summary>Everything up to the confirmed id was read by reads that began after the confirmation: the next one can be looked for.</summary>
    public long Promote()
    {
        var floor = Confirmed;
        Confirmed = 0;
        return floor;
    }
}

using System.Globalization;
using Microsoft.Extensions.Logging;
using Outbox.Signals;
using Outbox.Storage;

namespace Outbox.Relay;

/// <summary>
/// Compares how many messages wait with the limit. What begins at the limit ends below nine tenths of it, so that it does not come
/// and go with every message.
/// </summary>
internal sealed class BacklogWatch(IOutboxStore store, OutboxOptions options, BacklogGate gate, ILogger logger)
{
    private readonly long _end = Math.Max(1, options.BacklogLimit - (options.BacklogLimit / 10));
    private bool _isOver;

    /// <summary>Counts once. When that fails, what was found last stays.</summary>
    public async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        var waiting = await store.CountWaitingAsync(options.BacklogLimit, cancellationToken).ConfigureAwait(false);
        if (!_isOver && waiting >= options.BacklogLimit)
        {
            _isOver = true;
            RelayLog.BacklogReached(logger, options.BacklogLimit, options.BacklogPolicy);
            if (options.BacklogPolicy == BacklogPolicy.Refuse)
            {
                gate.Close(Refusal());
            }
        }
        else if (_isOver && waiting < _end)
        {
            _isOver = false;
            RelayLog.BacklogOver(logger, waiting);
            gate.Open();
        }
    }

    private string Refusal() => string.Create(
        CultureInfo.InvariantCulture,
        $"Nothing was enqueued: {options.BacklogLimit} messages or more wait to be sent, which is {nameof(OutboxOptions)}.{nameof(OutboxOptions.BacklogLimit)}, and {nameof(OutboxOptions.BacklogPolicy)} is {BacklogPolicy.Refuse}. "
        + $"See whether a relay runs and the broker answers, and enqueue again when fewer than {_end} wait; or raise the limit, or choose {BacklogPolicy.Warn}.");
}

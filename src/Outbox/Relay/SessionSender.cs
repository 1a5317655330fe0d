using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>The sending half of a session: one transport sender, what it has in flight, and what becomes of failures.</summary>
internal sealed class SessionSender
{
    private readonly RelayParts _parts;
    private readonly RelayOptions _options;
    private readonly InFlightWindow _window;
    private readonly ITransportSender _sender;
    private readonly OutgoingMessages _messages;
    private readonly List<OutboxRow> _refused = [];

    public SessionSender(RelayParts parts)
    {
        _parts = parts;
        _options = parts.Options;
        _window = new InFlightWindow(_options.MaxInFlight, _options.MaxInFlightBytes, parts.Settlement, parts.Wake, parts.Time)
        {
            Probe = new SendProbe(parts.Metrics, parts.Time),
        };
        _messages = parts.CreateMessages();
        _sender = parts.Transport.OpenSender(_window);
    }

    /// <summary>Whether an outcome was a failure, so that the session must end.</summary>
    public bool HasFailed => _window.HasFailed;

    /// <summary>Waits until nothing is in flight, within the bound of a stop.</summary>
    public ValueTask<bool> DrainAsync(CancellationToken cancellationToken) => _window.DrainAsync(_options.StopTimeout, cancellationToken);

    /// <summary>Hands one row over, unless there is no room. A row whose topic cannot be written is held back, not handed over.</summary>
    public HandOver TrySend(in OutboxRow row)
    {
        if (!_window.TryAdd(row, out var tag))
        {
            return HandOver.NoRoom;
        }

        try
        {
            if (!_sender.TrySend(_messages.From(row), tag))
            {
                _window.Remove(tag);
                return HandOver.NoRoom;
            }

            _parts.Held.TopicWorks(row.Topic);
            return HandOver.Accepted;
        }
        catch (TransportException exception)
        {
            _window.Remove(tag);
            return NotAccepted(row, exception.Failure, exception.Message);
        }
        catch (OutboxException exception)
        {
            _window.Remove(tag);
            return NotAccepted(row, DeliveryFailure.Message, exception.Message);
        }
    }

    /// <summary>Waits for an outcome, which makes room.</summary>
    /// <returns>False: the session must end.</returns>
    public async ValueTask<bool> WaitForRoomAsync(CancellationToken stopping)
    {
        _parts.Status.Waits();
        await _window.WaitForOutcomeAsync(_options.MinPollInterval, stopping).ConfigureAwait(false);
        return !HasFailed && _parts.Leases.IsValid;
    }

    /// <summary>Ends with nothing in flight: waits for outcomes where that is allowed, gives up the rest, and passes refused rows on.</summary>
    public async ValueTask CloseAsync(SessionEnd end)
    {
        if (end != SessionEnd.LeaseLost)
        {
            await DrainAsync(CancellationToken.None).ConfigureAwait(false);
        }

        if (_window.Count > 0 || HasFailed)
        {
            RelayLog.Abandoned(_parts.Logger, _window.Count, end);
        }

        await _sender.AbandonAsync().ConfigureAwait(false);
        await _sender.DisposeAsync().ConfigureAwait(false);
        var failures = _window.GetFailures();
        foreach (var failure in failures.Where(failure => failure.Outcome.Failure == DeliveryFailure.Topic).DistinctBy(failure => failure.Row.Topic))
        {
            Stall(failure.Row.Topic, failure.Outcome.Error ?? "refused");
        }

        if (end != SessionEnd.LeaseLost)
        {
            _parts.Suspects.Add(FindSuspects(failures));
        }
    }

    private HandOver NotAccepted(in OutboxRow row, DeliveryFailure failure, string error)
    {
        switch (failure)
        {
            case DeliveryFailure.Topic:
                Stall(row.Topic, error);
                return HandOver.HeldBack;
            case DeliveryFailure.Message:
                // Earlier rows of its key may be in flight: it is looked into when they are not.
                _refused.Add(row);
                return HandOver.Failed;
            default:
                return HandOver.Failed;
        }
    }

    private void Stall(string topic, string error)
    {
        if (_parts.Held.StallTopic(topic, error) > TimeSpan.Zero)
        {
            RelayLog.TopicStalled(_parts.Logger, topic, error);
        }
    }

    /// <summary>The refused rows, and whatever of their keys was in flight with them: a lower one may not be overtaken.</summary>
    private IEnumerable<OutboxRow> FindSuspects(IReadOnlyList<FailedDelivery> failures)
    {
        var refused = failures.Where(failure => failure.Outcome.Failure == DeliveryFailure.Message).Select(failure => failure.Row).Concat(_refused);
        var keys = refused.Select(row => row.KeyHash).ToHashSet();
        return failures.Select(failure => failure.Row).Concat(_refused).Where(row => keys.Contains(row.KeyHash)).DistinctBy(row => row.Id);
    }
}

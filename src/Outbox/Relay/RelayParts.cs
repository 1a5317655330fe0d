using Microsoft.Extensions.Logging;
using Outbox.Diagnostics;
using Outbox.Signals;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>What the sessions of one relay share.</summary>
internal sealed record RelayParts(
    IOutboxStore Store,
    ITransport Transport,
    LeaseKeeper Leases,
    Settlement Settlement,
    SuspectLane Suspects,
    HeldBack Held,
    PausedTopics Paused,
    ParkedKeys Parked,
    RelayStatus Status,
    AsyncSignal Wake,
    Func<OutgoingMessages> CreateMessages,
    OutboxMetrics Metrics,
    RelayOptions Options,
    TimeProvider Time,
    ILogger Logger);

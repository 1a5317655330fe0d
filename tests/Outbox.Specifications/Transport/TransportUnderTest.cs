using Outbox.Transport;

namespace Outbox.Specifications.Transport;

/// <summary>Both sides of one transport; they may be the same object.</summary>
public sealed record TransportUnderTest(ITransport Sending, IReceivingTransport Receiving);

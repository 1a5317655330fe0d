using Outbox.Transport;

namespace Outbox;

/// <summary>
/// Sees every message in the relay, just before it is handed to the transport, for the last change of its body and headers. One instance
/// for the application, made by the container. Called in the order of sending, by one thread at a time for each sender of a relay (a relay
/// has a second one for messages that the broker refused). The relay's speed is the filters' speed: no I/O, no waiting. Called again
/// whenever a message is sent again; topic and key cannot be changed, because the order rests on them.
/// </summary>
/// <remarks>
/// What it throws decides what becomes of the message. A <see cref="TransportException"/> counts as its <see cref="TransportException.Failure"/>
/// says. <see cref="TimeoutException"/>, <see cref="IOException"/> and <see cref="HttpRequestException"/> are transient: the relay backs
/// off and tries again, with everything behind it waiting, as it does when the broker is away. Everything else is the message's fault, as if
/// the broker had refused it: it is tried alone and then treated as <see cref="RelayOptions.PoisonMessages"/> says.
/// </remarks>
public interface ISendFilter
{
    /// <summary>Gives the message to send: the same, or a copy made with <c>with { Payload = … }</c>. Headers are changed in place.</summary>
    OutgoingMessage OnSend(OutgoingMessage message);
}

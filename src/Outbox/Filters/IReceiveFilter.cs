using Outbox.Transport;

namespace Outbox;

/// <summary>
/// Sees every message that a consumer receives before it is read, and gives the message to read, for example with its body decrypted.
/// What was received stays what is dead-lettered, stored for a retry, and identified. One instance for the application, made by the
/// container and called concurrently; must do no I/O. Whatever it throws makes a dead letter of the message, without a retry.
/// </summary>
public interface IReceiveFilter
{
    /// <summary>Gives the message to read: the same, or another made with <see cref="ReceivedMessage.With"/>. Must not change the one it gets.</summary>
    ReceivedMessage OnReceive(ReceivedMessage message);
}

using Outbox;
using Outbox.Transport;

namespace Samples.Encryption;

/// <summary>Decrypts bodies before they are read. A dead letter keeps the encrypted bytes, since those are what was received.</summary>
public sealed class DecryptingFilter(BodyCipher cipher) : IReceiveFilter
{
    public ReceivedMessage OnReceive(ReceivedMessage message) =>
        message.Payload is { } body && message.Headers.TryGetLast(BodyCipher.Header, out _) ? message.With(cipher.Decrypt(body)) : message;
}

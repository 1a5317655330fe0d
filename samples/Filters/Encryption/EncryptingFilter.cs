using Outbox;

namespace Samples.Encryption;

/// <summary>Encrypts bodies before they are stored: neither the database nor Kafka sees them.</summary>
public sealed class EncryptingFilter(BodyCipher cipher) : IEnqueueFilter
{
    public void OnEnqueue(EnqueueFilterContext context)
    {
        if (context.Payload is { } body)
        {
            context.Payload = cipher.Encrypt(body);
            context.Headers.Add(BodyCipher.Header, "aes-gcm");
        }
    }
}

using System.Security.Cryptography;

namespace Samples.Encryption;

/// <summary>AES-GCM with one key: nonce, tag, then the encrypted bytes. A real service takes its keys from a vault, at start.</summary>
public sealed class BodyCipher(byte[] key)
{
    public const string Header = "encrypted";

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public byte[] Encrypt(byte[] body)
    {
        var result = new byte[NonceBytes + TagBytes + body.Length];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(result.AsSpan(0, NonceBytes), body, result.AsSpan(NonceBytes + TagBytes), result.AsSpan(NonceBytes, TagBytes));
        return result;
    }

    /// <exception cref="CryptographicException">The bytes were not encrypted with this key, or were changed.</exception>
    public byte[] Decrypt(byte[] encrypted)
    {
        var body = new byte[encrypted.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(encrypted.AsSpan(0, NonceBytes), encrypted.AsSpan(NonceBytes + TagBytes), encrypted.AsSpan(NonceBytes, TagBytes), body);
        return body;
    }
}

using System.Text;

namespace Outbox.Operations;

/// <summary>Keys as people read and type them. Every key has exactly one text, and the text finds the key.</summary>
internal static class KeyText
{
    private const string Binary = "base64:";

    private static readonly UTF8Encoding Strict = new(false, true);

    public static string? Format(byte[]? key)
    {
        if (key is null)
        {
            return null;
        }

        try
        {
            var text = Strict.GetString(key);
            return text.Any(char.IsControl) || text.StartsWith(Binary, StringComparison.Ordinal) ? Binary + Convert.ToBase64String(key) : text;
        }
        catch (DecoderFallbackException)
        {
            return Binary + Convert.ToBase64String(key);
        }
    }

    /// <exception cref="OutboxException">The text says that it is base64 and is not.</exception>
    public static byte[] Parse(string text)
    {
        if (!text.StartsWith(Binary, StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        try
        {
            return Convert.FromBase64String(text[Binary.Length..]);
        }
        catch (FormatException exception)
        {
            throw new OutboxException($"What follows '{Binary}' in a key must be base64, as the lists show it.", exception);
        }
    }
}

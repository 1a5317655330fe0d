using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Outbox.Mapping;

/// <summary>Writes the attributes of CloudEvents 1.0 in binary content mode. An attribute that the application gave itself stays as it is.</summary>
internal sealed class CloudEventWriter(CloudEventsOptions options, string? contentType)
{
    private static readonly byte[] SpecVersion = Encoding.UTF8.GetBytes(CloudEventAttributes.Version);

    private static readonly SearchValues<char> AttributeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    private readonly byte[] _source = Encoding.UTF8.GetBytes(options.Source);
    private readonly byte[]? _contentType = contentType is null ? null : Encoding.UTF8.GetBytes(contentType);

    /// <exception cref="OutboxException">An attribute is not what the specification allows.</exception>
    public void AddAttributes(in DescribedMessage message, MessageHeaders headers)
    {
        RequireNames(headers);
        Add(headers, CloudEventAttributes.SpecVersion, SpecVersion);
        Add(headers, CloudEventAttributes.Id, Encoding.UTF8.GetBytes(message.Id.ToString()));
        Add(headers, CloudEventAttributes.Source, _source);
        Add(headers, CloudEventAttributes.Type, Encoding.UTF8.GetBytes(message.Name));
        Add(headers, CloudEventAttributes.Time, Encoding.UTF8.GetBytes(Rfc3339(message.EnqueuedAt)));
        if (_contentType is not null)
        {
            Add(headers, CloudEventAttributes.ContentType, _contentType);
        }

        if (Subject(message) is { Length: > 0 } subject)
        {
            Add(headers, CloudEventAttributes.Subject, Encoding.UTF8.GetBytes(subject));
        }

        if (options.WritePartitionKey && message.Key is { Length: > 0 } key)
        {
            Add(headers, CloudEventAttributes.PartitionKey, Utf8.IsValid(key) ? key : throw new OutboxException(
                $"The key of a message of type '{message.Name}' is not UTF-8 text, so it cannot be a CloudEvent's partitionkey. Leave {nameof(CloudEventsOptions.WritePartitionKey)} false."));
        }
    }

    private string? Subject(in DescribedMessage message)
    {
        if (options.Subjects.Count == 0 || !options.Subjects.TryGetValue(message.ClrType, out var subject))
        {
            return null;
        }

        try
        {
            return subject(message.Body);
        }
        catch (Exception exception)
        {
            throw new OutboxException($"The subject function of message type '{message.Name}' failed: {exception.GetType().Name}, see the inner exception.", exception);
        }
    }

    private static void RequireNames(MessageHeaders headers)
    {
        foreach (var header in headers)
        {
            if (header.Name.StartsWith(CloudEventAttributes.Prefix, StringComparison.Ordinal)
                && !IsAttribute(header.Name.AsSpan(CloudEventAttributes.Prefix.Length)))
            {
                throw new OutboxException(
                    $"'{header.Name}' is no CloudEvents attribute: after 'ce_' only the letters a to z and digits are allowed. Rename the header.");
            }
        }
    }

    private static bool IsAttribute(ReadOnlySpan<char> name) =>
        name.Length > 0 && !name.ContainsAnyExcept(AttributeCharacters);

    private static void Add(MessageHeaders headers, string name, byte[] value)
    {
        if (!headers.TryGetLast(name, out _))
        {
            headers.Add(new MessageHeader(name, value));
        }
    }

    private static string Rfc3339(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}

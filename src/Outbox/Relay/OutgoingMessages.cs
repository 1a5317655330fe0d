using Outbox.Messages;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>Makes messages for the transport out of rows. Reuses its header list: the transport reads it before the next call.</summary>
internal sealed class OutgoingMessages
{
    private readonly MessageHeaders _headers = [];

    /// <summary>The row's headers, with its message id in front.</summary>
    /// <exception cref="OutboxException">The stored headers are damaged.</exception>
    public OutgoingMessage From(in OutboxRow row)
    {
        _headers.Clear();
        _headers.Add(new MessageHeader(OutboxHeaders.MessageId, FormatId(row.MessageId)));
        HeaderCodec.Decode(row.Headers.Span, _headers);
        return new OutgoingMessage(row.Topic, row.Key, row.Payload, _headers);
    }

    private static byte[] FormatId(Guid id)
    {
        var bytes = new byte[36];
        id.TryFormat(bytes, out _);
        return bytes;
    }
}

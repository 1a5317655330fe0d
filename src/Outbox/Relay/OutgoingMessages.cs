using Outbox.Filters;
using Outbox.Mapping;
using Outbox.Messages;
using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>Makes messages for the transport out of rows. Reuses its header list: the transport reads it before the next call.</summary>
internal sealed class OutgoingMessages(OutgoingMaps maps, SendFilters filters)
{
    private readonly MessageHeaders _headers = [];

    /// <summary>The row's headers, with its message id in front, after the application's filters.</summary>
    /// <exception cref="OutboxException">The stored headers are damaged.</exception>
    /// <exception cref="TransportException">A filter threw.</exception>
    public OutgoingMessage From(in OutboxRow row)
    {
        _headers.Clear();
        if (maps.For(row.Topic).IdHeader is { } idHeader)
        {
            _headers.Add(new MessageHeader(idHeader, FormatId(row.MessageId)));
        }

        HeaderCodec.Decode(row.Headers.Span, _headers);
        return filters.Apply(new OutgoingMessage(row.Topic, row.Key, row.Payload, _headers));
    }

    private static byte[] FormatId(Guid id)
    {
        var bytes = new byte[36];
        id.TryFormat(bytes, out _);
        return bytes;
    }
}

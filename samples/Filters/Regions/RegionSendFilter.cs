using Outbox;
using Outbox.Transport;

namespace Samples.Regions;

/// <summary>Says with each message from which region it was sent: known where the relay runs, not where the message was enqueued.</summary>
public sealed class RegionSendFilter(SendingRegion region) : ISendFilter
{
    public const string Header = "sent-from";

    public OutgoingMessage OnSend(OutgoingMessage message)
    {
        message.Headers.Add(Header, region.Name);
        return message;
    }
}

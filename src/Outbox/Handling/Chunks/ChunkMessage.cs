using Outbox.Inbox;
using Outbox.Transport;

namespace Outbox.Handling.Chunks;

/// <summary>One understood message of a chunk.</summary>
/// <param name="Index">Its place among the messages of the chunk.</param>
/// <param name="Message">The message as it came, with its id.</param>
/// <param name="Decoded">Its type, its handler and its body.</param>
internal sealed record ChunkMessage(int Index, IdentifiedMessage Message, DecodedMessage Decoded)
{
    public Guid Id => Message.Id;

    public ReceivedMessage Received => Message.Message;

    public HandlerBinding Handler => Decoded.Handler;
}

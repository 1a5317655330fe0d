using Outbox.Transport;

namespace Outbox.Filters;

/// <summary>The receive filters of one consumer, in their order. Safe for concurrent use.</summary>
internal sealed class ReceiveFilters(IReadOnlyList<IReceiveFilter> filters)
{
    /// <exception cref="MessageFormatException">A filter threw.</exception>
    public ReceivedMessage Apply(ReceivedMessage message)
    {
        // Indexed: an enumerator would be allocated for each message.
        for (var i = 0; i < filters.Count; i++)
        {
            try
            {
                message = filters[i].OnReceive(message);
            }
            catch (Exception exception) when (exception is not MessageFormatException)
            {
                throw new MessageFormatException($"{filters[i].GetType().Name} threw a {exception.GetType().Name}.", exception);
            }
        }

        return message;
    }
}

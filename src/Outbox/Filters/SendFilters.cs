using Outbox.Transport;

namespace Outbox.Filters;

/// <summary>The send filters of one registration, in their order. Safe for concurrent use as far as they are.</summary>
internal sealed class SendFilters(ISendFilter[] filters)
{
    /// <summary>The message to send; the same where there are no filters.</summary>
    /// <exception cref="TransportException">A filter threw; the failure says whose fault it is.</exception>
    public OutgoingMessage Apply(in OutgoingMessage message) => filters.Length == 0 ? message : Run(message);

    private OutgoingMessage Run(in OutgoingMessage message)
    {
        var filtered = message;
        foreach (var filter in filters)
        {
            try
            {
                filtered = filter.OnSend(filtered);
            }
            catch (Exception exception) when (exception is not TransportException)
            {
                // The text is stored and shown, so it names the types and nothing of what the filter may know.
                throw new TransportException($"{filter.GetType().Name} threw a {exception.GetType().Name}.", FailureOf(exception), exception);
            }
        }

        if (filtered.Topic != message.Topic || !ReferenceEquals(filtered.Key, message.Key) || !ReferenceEquals(filtered.Headers, message.Headers))
        {
            throw new TransportException(
                "A send filter changed the topic, the key or the list of headers. Change the body and the headers in the list.", DeliveryFailure.Message);
        }

        return filtered;
    }

    private static DeliveryFailure FailureOf(Exception exception) =>
        exception is TimeoutException or IOException or HttpRequestException ? DeliveryFailure.Transient : DeliveryFailure.Message;
}

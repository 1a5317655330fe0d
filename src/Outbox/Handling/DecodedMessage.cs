namespace Outbox.Handling;

/// <summary>A message that was understood.</summary>
/// <param name="Handler">Who handles it.</param>
/// <param name="Name">The stable name of its type.</param>
/// <param name="Body">The message.</param>
/// <param name="Headers">Its headers, after the receive filters.</param>
/// <param name="Id">By what its copies are recognised.</param>
internal sealed record DecodedMessage(HandlerBinding Handler, string Name, object Body, MessageHeaders Headers, Guid Id);

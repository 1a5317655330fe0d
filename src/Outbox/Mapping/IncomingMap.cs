namespace Outbox.Mapping;

/// <summary>How the messages of a topic are read.</summary>
/// <param name="Format">Where id, name and body are.</param>
/// <param name="Serializer">Reads the body.</param>
internal sealed record IncomingMap(IIncomingFormat Format, IMessageSerializer Serializer);

namespace Outbox;

/// <summary>How the connector is configured whose outbox event router (<c>io.debezium.transforms.outbox.EventRouter</c>) writes a topic.</summary>
public sealed class DebeziumOutboxOptions
{
    /// <summary>The header with the event's id. The router always writes it.</summary>
    /// <value>Default: <c>id</c>.</value>
    public string IdHeader { get; set; } = "id";

    /// <summary>
    /// The header with the event's type, which is the message's name: what follows <c>header:</c> in the router's
    /// <c>table.fields.additional.placement=type:header:eventType</c>. Not used where the map gives the name otherwise (<see cref="IncomingTopicMap.NameIs"/>).
    /// </summary>
    /// <value>Default: <c>eventType</c>.</value>
    public string EventTypeHeader { get; set; } = "eventType";

    /// <summary>The form of the payload.</summary>
    /// <value>Default: <see cref="DebeziumPayload.Json"/>.</value>
    public DebeziumPayload Payload { get; set; } = DebeziumPayload.Json;
}

namespace Outbox;

/// <summary>In which form Debezium's outbox event router leaves the payload, which the connector's <c>value.converter</c> decides.</summary>
public enum DebeziumPayload
{
    /// <summary>
    /// JSON without a schema: an object (<c>table.expand.json.payload=true</c>, or a string converter), or a JSON string that holds one
    /// (JSON converter with <c>schemas.enable=false</c>), which is unwrapped.
    /// </summary>
    Json,

    /// <summary>The JSON converter's envelope with <c>schema</c> and <c>payload</c> (<c>schemas.enable=true</c>), which is unwrapped; its payload as for <see cref="Json"/>.</summary>
    JsonWithSchema,

    /// <summary>The bytes as they come, for a serializer that knows them (for example Avro through a byte array converter).</summary>
    Bytes,
}

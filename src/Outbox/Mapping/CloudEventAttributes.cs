namespace Outbox.Mapping;

/// <summary>
/// Header names of CloudEvents 1.0 in Kafka's binary content mode,
/// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md.
/// </summary>
internal static class CloudEventAttributes
{
    public const string Version = "1.0";
    public const string Prefix = "ce_";
    public const string SpecVersion = "ce_specversion";
    public const string Id = "ce_id";
    public const string Source = "ce_source";
    public const string Type = "ce_type";
    public const string Time = "ce_time";
    public const string Subject = "ce_subject";

    /// <summary>Of the partitioning extension.</summary>
    public const string PartitionKey = "ce_partitionkey";

    /// <summary>The media type of the data, without the prefix of the other attributes.</summary>
    public const string ContentType = "content-type";

    /// <summary>Media types that begin with it hold the whole event: structured mode.</summary>
    public const string StructuredMediaType = "application/cloudevents";
}

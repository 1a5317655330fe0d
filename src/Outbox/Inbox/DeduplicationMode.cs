namespace Outbox;

/// <summary>How a consumer tells that it has handled a message before.</summary>
public enum DeduplicationMode
{
    /// <summary>
    /// By the message's id, of which it keeps a mark in the transaction of the effects. Recognises whatever comes twice: what Kafka
    /// delivers again, and copies that a producer or a relay made.
    /// </summary>
    Ids,

    /// <summary>
    /// By the offset, of which it keeps one for each partition in the transaction of the effects. Writes one row for a chunk in place of
    /// one for each message. Recognises what Kafka delivers again, but <b>not copies on the topic</b>, which have offsets of their own: the
    /// outbox makes some when a relay crashes. A partition is handled in its order, in one lane, and starts where the database says, not
    /// where the group has committed.
    /// </summary>
    Offsets,

    /// <summary>By both: as <see cref="Offsets"/>, and copies are recognised by their ids. The way from one to the other.</summary>
    Both,

    /// <summary>
    /// Not at all: what is delivered again is handled again. For handlers whose effects are the same when repeated, or that
    /// recognise copies themselves.
    /// </summary>
    None,
}

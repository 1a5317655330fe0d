namespace Outbox.LoadTest.Capturing;

/// <summary>What a service without the library would store: the columns of <c>outbox_message</c>, with a generated key.</summary>
internal sealed class HandWrittenMessage
{
    public long Id { get; set; }

    public int KeyHash { get; set; }

    public Guid MessageId { get; set; }

    public string Topic { get; set; } = "";

    public byte[]? Key { get; set; }

    public byte[]? Payload { get; set; }

    public string Headers { get; set; } = "";

    public DateTime CreatedAt { get; set; }
}

namespace Outbox.LoadTest.Relaying;

/// <summary>Told when the broker has acknowledged a message; called on the client's threads.</summary>
internal interface IAcknowledgementTimes
{
    void Acknowledged(long sequence);
}

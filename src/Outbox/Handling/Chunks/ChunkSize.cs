namespace Outbox.Handling.Chunks;

/// <summary>
/// How many messages go into the next chunk of a lane, so that its handlers take about as long as wanted. It falls at once, and at most
/// doubles: slow handlers are found out by small chunks. Pure arithmetic; used by one caller at a time.
/// </summary>
internal sealed class ChunkSize(int least, int most, TimeSpan wanted)
{
    private double _next = Math.Clamp(8, least, most);

    /// <summary>How many messages the next chunk may have.</summary>
    public int Next => (int)_next;

    /// <summary>Takes note of what handlers took.</summary>
    /// <param name="messages">How many messages were handled; nothing is learned from none.</param>
    /// <param name="elapsed">How long their handlers and saves took.</param>
    public void Observe(int messages, TimeSpan elapsed)
    {
        if (messages == 0)
        {
            return;
        }

        var fitting = elapsed <= TimeSpan.Zero ? most : messages * (wanted / elapsed);
        _next = Math.Clamp(Math.Min(fitting, _next * 2), least, most);
    }
}

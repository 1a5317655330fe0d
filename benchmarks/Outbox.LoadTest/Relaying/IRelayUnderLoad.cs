namespace Outbox.LoadTest.Relaying;

/// <summary>The library's relay or the hand-written one.</summary>
internal interface IRelayUnderLoad : IAsyncDisposable
{
    /// <summary>Connects and waits for rows.</summary>
    Task StartAsync();

    /// <summary>Says that rows were committed, as the signal of a commit in the same process does.</summary>
    void Wake();

    /// <summary>Ends cleanly. What went wrong meanwhile is thrown here.</summary>
    Task StopAsync();
}

using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Draining;

/// <summary>A reader elsewhere with an open snapshot, as a dump or a report has: dead rows stay while it lives.</summary>
internal sealed class PinnedSnapshot : IAsyncDisposable
{
    private readonly LoadDatabase _reader;

    private PinnedSnapshot(LoadDatabase reader) => _reader = reader;

    public static async Task<PinnedSnapshot> TakeAsync(string connectionString)
    {
        var reader = await LoadDatabase.OpenAsync(connectionString);
        await reader.RunAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        await reader.ScalarAsync<long>("SELECT count(*) FROM load_order");
        return new PinnedSnapshot(reader);
    }

    public ValueTask DisposeAsync() => _reader.DisposeAsync();
}

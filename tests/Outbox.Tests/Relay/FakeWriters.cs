using Outbox.Storage;

namespace Outbox.Tests.Relay;

/// <summary>Writers that a test opens and ends, with the order of the questions asked.</summary>
internal sealed class FakeWriters : IWriterWatch
{
    public long LastId { get; set; }

    public HashSet<string> Open { get; } = [];

    public List<string> Asked { get; } = [];

    /// <summary>Runs after the last id was told.</summary>
    public Action AfterLastId { get; set; } = () => { };

    public ValueTask<long> GetLastIdAsync(CancellationToken cancellationToken)
    {
        Asked.Add("last id");
        var last = LastId;
        AfterLastId();
        return ValueTask.FromResult(last);
    }

    public ValueTask<IReadOnlySet<string>> GetOpenWritersAsync(CancellationToken cancellationToken)
    {
        Asked.Add("writers");
        return ValueTask.FromResult<IReadOnlySet<string>>(new HashSet<string>(Open));
    }
}

using Outbox.Deferral;

namespace Outbox.Consumers;

/// <summary>The partitions of a consumer's instance, as the receiving thread last left them. Read by anybody.</summary>
internal sealed class Assignment : IOwnedPartitions
{
    private volatile IReadOnlyList<IOwnedPartition> _current = [];

    public IReadOnlyList<IOwnedPartition> Current => _current;

    public void Publish(IEnumerable<PartitionWork> works) => _current = [.. works];
}

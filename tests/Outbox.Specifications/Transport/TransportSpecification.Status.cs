using System.Diagnostics;
using Outbox.Specifications.Running;

namespace Outbox.Specifications.Transport;

public abstract partial class TransportSpecification
{
    [SpecificationFact]
    public async Task GetStatus_BrokerAnswers_NamesTheTopicsItKnows()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);
        var topic = await NewTopicAsync(partitions: 3);

        var status = await transport.Sending.GetStatusAsync([topic, Unique("missing")], Patience, CancellationToken.None);

        status.Reachable.Should().BeTrue();
        status.Error.Should().BeNull();
        status.Partitions.Should().Equal(new Dictionary<string, int> { [topic] = 3 });
    }

    [SpecificationFact]
    public async Task GetStatus_NoTopics_StillAsksTheBroker()
    {
        var transport = await CreateAsync(TransportVariant.Ordinary);

        var status = await transport.Sending.GetStatusAsync([], Patience, CancellationToken.None);

        status.Reachable.Should().BeTrue();
        status.Partitions.Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task GetStatus_BrokerAway_SaysWhyWithinItsTime()
    {
        if (!Capabilities.HasFlag(TransportCapabilities.Unreachable))
        {
            return;
        }

        var transport = await CreateAsync(TransportVariant.Unreachable);
        var started = Stopwatch.GetTimestamp();

        var status = await transport.Sending.GetStatusAsync(["orders"], TimeSpan.FromSeconds(2), CancellationToken.None);

        status.Reachable.Should().BeFalse();
        status.Error.Should().NotBeNullOrWhiteSpace();
        var again = await transport.Sending.GetStatusAsync([], TimeSpan.FromSeconds(1), CancellationToken.None);
        again.Error.Should().NotBeNullOrWhiteSpace();
        status.Partitions.Should().BeEmpty();
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(6));
    }

    [SpecificationFact]
    public async Task Open_BrokerAway_Succeeds()
    {
        if (!Capabilities.HasFlag(TransportCapabilities.Unreachable))
        {
            return;
        }

        var transport = await CreateAsync(TransportVariant.Unreachable);
        await using var sender = transport.Sending.OpenSender(new RecordingSink());
        using var member = Join(transport, "orders");

        member.Pump(TimeSpan.FromMilliseconds(200)).Should().BeNull();
    }
}

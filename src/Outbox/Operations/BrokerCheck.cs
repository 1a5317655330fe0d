using Outbox.Transport;

namespace Outbox.Operations;

/// <summary>Whether the broker answers and knows the topics.</summary>
internal sealed class BrokerCheck(ITransport? transport) : IOutboxCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public string Name => "broker";

    public async ValueTask<IReadOnlyList<CheckFinding>> CheckAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        if (transport is null)
        {
            return [new CheckFinding(Name, CheckSeverity.Advice, "No broker was named, so topics are not checked.", "Name one: --bootstrap, or UseKafka(…).")];
        }

        var status = await transport.GetStatusAsync(topics, Patience, cancellationToken).ConfigureAwait(false);
        if (!status.Reachable)
        {
            return [new CheckFinding(
                Name, CheckSeverity.Problem, $"The broker does not answer: {status.Error}", "Check the address, the network, and TLS and SASL settings. Messages wait and are not lost.")];
        }

        var findings = new List<CheckFinding> { new(Name, CheckSeverity.Good, "The broker answers.") };
        findings.AddRange(topics.Where(topic => !status.Partitions.ContainsKey(topic)).Select(topic => new CheckFinding(
            Name,
            CheckSeverity.Problem,
            $"Topic {topic} does not exist, or may not be seen by this client.",
            "Create it, with the partitions and the retention that it is to have, or give the right to describe it. Its messages wait.")));
        return findings;
    }
}

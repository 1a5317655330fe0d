using System.Data.Common;
using Outbox.Registration;

namespace Outbox.Operations;

/// <summary>Runs the checks one after the other; a check that fails is a finding, and the next is run.</summary>
internal sealed class Examination(IReadOnlyList<IOutboxCheck> checks, IOutboxOperations operations, OutboxRegistration registration) : IOutboxDoctor
{
    public async Task<IReadOnlyList<CheckFinding>> ExamineAsync(IReadOnlyCollection<string>? topics, CancellationToken cancellationToken)
    {
        var known = new SortedSet<string>(topics ?? [], StringComparer.Ordinal);
        known.UnionWith(registration.Types.All.Select(type => type.Topic));
        known.UnionWith(await FindTopicsAsync(cancellationToken).ConfigureAwait(false));
        var findings = new List<CheckFinding>();
        foreach (var check in checks)
        {
            try
            {
                findings.AddRange(await check.CheckAsync(known, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception exception) when (exception is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
            {
                findings.Add(new CheckFinding(check.Name, CheckSeverity.Problem, $"Could not be checked: {exception.Message}", "Mend what the other findings name, and look again."));
            }
        }

        return findings;
    }

    /// <summary>The topics of what is in the tables; none where they cannot be read, which another check tells.</summary>
    private async Task<IEnumerable<string>> FindTopicsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var overview = await operations.GetOverviewAsync(cancellationToken).ConfigureAwait(false);
            return [.. overview.Waiting.Topics.Concat(overview.Scheduled.Topics).Concat(overview.Parked.Topics).Select(topic => topic.Topic)];
        }
        catch (Exception exception) when (exception is OutboxException or DbException or InvalidOperationException)
        {
            return [];
        }
    }
}

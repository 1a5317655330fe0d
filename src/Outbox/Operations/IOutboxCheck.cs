namespace Outbox.Operations;

/// <summary>
/// One of the doctor's checks, registered as a keyed service under the context's type; several may be. Safe for concurrent use.
/// Throws what it likes: that becomes a finding.
/// </summary>
public interface IOutboxCheck
{
    /// <summary>What is checked, in a word or two.</summary>
    string Name { get; }

    /// <summary>Looks. Changes nothing, and takes seconds at most.</summary>
    /// <param name="topics">The topics that matter to this database.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    ValueTask<IReadOnlyList<CheckFinding>> CheckAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken);
}

namespace Outbox.Operations;

/// <summary>
/// Examines a database, its relays and its broker, and says what to do about what it finds. Registered as a keyed singleton under the
/// context's type. Safe for concurrent use. Changes nothing.
/// </summary>
public interface IOutboxDoctor
{
    /// <summary>Runs every check. What a check cannot find out is a finding too; nothing is thrown but on cancellation.</summary>
    /// <param name="topics">Topics to look at beside those that the application and the tables name; null for none.</param>
    /// <param name="cancellationToken">Ends the examination.</param>
    Task<IReadOnlyList<CheckFinding>> ExamineAsync(IReadOnlyCollection<string>? topics = null, CancellationToken cancellationToken = default);
}

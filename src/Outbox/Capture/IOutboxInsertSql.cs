using Microsoft.EntityFrameworkCore.Storage;

namespace Outbox.Capture;

/// <summary>
/// Writes the statement that inserts many messages at once. A dialect registers its own as a keyed singleton under the context's
/// type; without one a portable <c>INSERT … VALUES</c> is used. Without state, called concurrently. It only writes text: what the
/// database answers is none of its business.
/// </summary>
public interface IOutboxInsertSql
{
    /// <summary>How many rows one statement may have, at least 1.</summary>
    int MaxRows { get; }

    /// <summary>
    /// Appends one statement that inserts the rows so that the ids made by the database grow in the order of the rows. Values go in
    /// as typed parameters, never as text.
    /// </summary>
    /// <param name="command">Takes the text and the parameters.</param>
    /// <param name="values">Takes the values of parameters that are not raw, by their invariant names.</param>
    /// <param name="table">The table, its columns and how to write parameters.</param>
    /// <param name="rows">From 1 to <see cref="MaxRows"/> rows.</param>
    void Append(IRelationalCommandBuilder command, IDictionary<string, object?> values, OutboxInsertTable table, IReadOnlyList<OutboxInsertRow> rows);
}

namespace Outbox.Replay;

/// <summary>What became of some messages in a replay. Used by one caller at a time.</summary>
internal sealed class ReplayCount
{
    /// <summary>More than fit into a row.</summary>
    private const int MostErrors = 20;

    private readonly List<string> _errors = [];

    public int Handled { get; private set; }

    public int Failed { get; private set; }

    /// <summary>The first errors.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public void Add(ReplayOutcome outcome)
    {
        if (outcome.Kind == ReplayOutcomeKind.Handled)
        {
            Handled++;
        }
        else if (outcome.Kind == ReplayOutcomeKind.Failed)
        {
            Add(0, 1, [outcome.Error!]);
        }
    }

    public void AddHandled(int messages) => Handled += messages;

    public void Add(ReplayCount other) => Add(other.Handled, other.Failed, other.Errors);

    private void Add(int handled, int failed, IEnumerable<string> errors)
    {
        Handled += handled;
        Failed += failed;
        _errors.AddRange(errors.Take(MostErrors - _errors.Count));
    }
}

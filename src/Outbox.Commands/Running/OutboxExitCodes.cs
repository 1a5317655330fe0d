namespace Outbox.Commands;

/// <summary>What the command's exit codes mean.</summary>
public static class OutboxExitCodes
{
    /// <summary>Done; a question was answered.</summary>
    public const int Done = 0;

    /// <summary>Nothing was found, or <c>doctor</c> found something that needs attention.</summary>
    public const int Attention = 1;

    /// <summary>The command line was not understood.</summary>
    public const int Usage = 2;

    /// <summary>It could not be done: the database or the broker is away, the tables are missing.</summary>
    public const int Failed = 3;

    /// <summary>It was not confirmed: answered with no, or <c>--yes</c> is missing where nobody can be asked.</summary>
    public const int NotConfirmed = 4;
}

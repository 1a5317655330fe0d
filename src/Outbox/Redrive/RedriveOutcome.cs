namespace Outbox;

/// <summary>What became of a dead letter that was asked for; in a dry run, what would.</summary>
public enum RedriveOutcome
{
    /// <summary>Its message is on its way to the handler.</summary>
    Redriven,

    /// <summary>It was redriven before, or its message is settled otherwise. Nothing was done.</summary>
    SettledBefore,

    /// <summary>Its message was redriven too often (<see cref="RedriveRequest.MaxRedrives"/>). Nothing was done.</summary>
    TooOften,
}

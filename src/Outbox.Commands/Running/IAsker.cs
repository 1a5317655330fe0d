namespace Outbox.Commands.Running;

/// <summary>Asks the person at the terminal.</summary>
internal interface IAsker
{
    /// <summary>Whether there is one.</summary>
    bool CanAsk { get; }

    /// <summary>Whether the answer is yes.</summary>
    bool Ask(string question);
}

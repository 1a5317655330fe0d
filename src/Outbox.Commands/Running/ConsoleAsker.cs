using Outbox.Commands.Printing;

namespace Outbox.Commands.Running;

/// <summary>Asks on the console. Only the word yes, or its first letter, is a yes.</summary>
internal sealed class ConsoleAsker : IAsker
{
    public bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    public bool Ask(string question)
    {
        Console.Error.Write(SafeText.Of(question) + " [y/N] ");
        return Console.ReadLine()?.Trim().ToUpperInvariant() is "Y" or "YES";
    }
}

namespace Outbox.Commands.Running;

/// <summary>What surrounds the command line.</summary>
/// <param name="Output">Where answers go.</param>
/// <param name="Error">Where errors and questions go.</param>
/// <param name="Asker">Who can be asked.</param>
internal sealed record CommandHost(TextWriter Output, TextWriter Error, IAsker Asker)
{
    public static CommandHost OfConsole() => new(Console.Out, Console.Error, new ConsoleAsker());
}

namespace Outbox.Commands.Running;

/// <summary>The command line was understood, but does not say enough.</summary>
internal sealed class UsageException(string message) : Exception(message);

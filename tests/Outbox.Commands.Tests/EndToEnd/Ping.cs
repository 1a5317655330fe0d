namespace Outbox.Commands.Tests.EndToEnd;

internal sealed record Ping(string Name, string Text);

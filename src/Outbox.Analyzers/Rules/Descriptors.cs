using Microsoft.CodeAnalysis;

namespace Outbox.Analyzers.Rules;

/// <summary>The rules' texts.</summary>
internal static class Descriptors
{
    public static readonly DiagnosticDescriptor UnsavedEnqueue = Rule(
        "OUTBOX001",
        "A message is enqueued and never saved",
        "'{0}' is made here and not saved after '{1}': the message is lost with it. Call SaveChangesAsync behind it.");

    public static readonly DiagnosticDescriptor DirectSend = Rule(
        "OUTBOX002",
        "A handler sends to Kafka directly",
        "'{0}' sends whether or not the handler's transaction commits, and again with every attempt. Enqueue the message with the handler's DbContext.");

    public static readonly DiagnosticDescriptor UndeclaredMessage = Rule(
        "OUTBOX003",
        "A message type has no name",
        "'{0}' is enqueued, but AddOutbox does not declare it. Add .Message<{0}>(\"name\", topic: \"…\").",
        WellKnownDiagnosticTags.CompilationEnd);

    public static readonly DiagnosticDescriptor SwallowedCancellation = Rule(
        "OUTBOX004",
        "A handler swallows cancellation",
        "This catch takes cancellation for a failure of its own: the handler goes on when the consumer stops, and commits what is half done. Leave OperationCanceledException out.");

    private static DiagnosticDescriptor Rule(string id, string title, string message, params string[] tags) => new(
        id,
        title,
        message,
        "Outbox",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: null,
        customTags: tags);
}

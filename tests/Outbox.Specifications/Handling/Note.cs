namespace Outbox.Specifications.Handling;

/// <summary>The message of the suite.</summary>
public sealed record Note(string Text);

namespace Outbox.Mapping;

/// <summary>The id that a received message says it has.</summary>
/// <param name="Text">The id as text.</param>
/// <param name="Source">The scope within which it is unique, where the message names one (CloudEvents); null for the usual rules.</param>
internal readonly record struct ReceivedId(string Text, string? Source = null);

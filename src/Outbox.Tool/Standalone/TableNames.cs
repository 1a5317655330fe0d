namespace Outbox.Tool.Standalone;

/// <summary>Which tables there are, and where.</summary>
/// <param name="Schema">The schema; null for the default.</param>
/// <param name="Prefix">What goes before their names.</param>
/// <param name="Archive">Whether there is one for sent messages.</param>
internal sealed record TableNames(string? Schema, string Prefix, bool Archive);

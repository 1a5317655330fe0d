namespace Outbox.Tool.Standalone;

/// <summary>Where the tables are.</summary>
/// <param name="Schema">The schema; null for the default.</param>
/// <param name="Prefix">What goes before their names.</param>
internal sealed record TableNames(string? Schema, string Prefix);

namespace Outbox.Operations;

/// <summary>What a check found.</summary>
/// <param name="Check">The check's name.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Text">What was found; holds no secret.</param>
/// <param name="Advice">What to do about it; empty where nothing is to be done.</param>
public sealed record CheckFinding(string Check, CheckSeverity Severity, string Text, string Advice = "");

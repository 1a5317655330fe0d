using System.Text.Json;

namespace Outbox.Commands.Tests.Running;

/// <summary>What a run of the command gave.</summary>
internal sealed record CommandAnswer(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}

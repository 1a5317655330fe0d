using System.Text.Json.Serialization;

namespace Outbox.Specifications.Capture;

/// <summary>A generated context that lacks the messages of the suites.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class EmptyJsonContext : JsonSerializerContext;

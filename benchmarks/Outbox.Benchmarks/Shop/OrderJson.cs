using System.Text.Json;
using System.Text.Json.Serialization;

namespace Outbox.Benchmarks.Shop;

/// <summary>Source-generated, as an application avoids reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OrderPlaced))]
internal sealed partial class OrderJson : JsonSerializerContext;

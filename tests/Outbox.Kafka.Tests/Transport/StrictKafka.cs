using Outbox.Specifications.Servers;

namespace Outbox.Kafka.Tests.Transport;

/// <summary>A broker of the tests' own that creates no topics by itself and obeys access rules.</summary>
public sealed class StrictKafka : IAsyncLifetime
{
    private const string Settings = """
        auto.create.topics.enable=false
        authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
        allow.everyone.if.no.acl.found=true
        """;

    private readonly string _file = Path.GetTempFileName();

    public string BootstrapServers { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (LocalKafkaFactAttribute.Script is not { } script)
        {
            return;
        }

        await File.WriteAllTextAsync(_file, Settings + "\n");
        var server = await LocalServer.StartAsync(script, "KAFKA", new Dictionary<string, string> { ["KAFKA_EXTRA"] = _file, ["KAFKA_HEAP"] = "256m" });
        BootstrapServers = server.Address;
    }

    public Task DisposeAsync()
    {
        File.Delete(_file);
        return Task.CompletedTask;
    }
}

using System.Globalization;
using Npgsql;
using Outbox.EndToEnd.Tests.Rebalancing;
using Outbox.Specifications.Servers;

namespace Outbox.EndToEnd.Tests.Debezium;

/// <summary>A PostgreSQL, a broker, and Kafka Connect with Debezium's connector for PostgreSQL.</summary>
internal sealed class DebeziumServers : IDisposable
{
    private readonly LocalServer _postgreSql;
    private readonly LocalServer _kafka;
    private readonly List<string> _files = [];

    private DebeziumServers(LocalServer postgreSql, LocalServer kafka)
    {
        _postgreSql = postgreSql;
        _kafka = kafka;
    }

    /// <summary>The broker.</summary>
    public string BootstrapServers => _kafka.Address;

    /// <summary>The database.</summary>
    public string Database => _postgreSql.Address;

    public static async Task<DebeziumServers> StartAsync()
    {
        var script = RebalanceKafka.Script!;
        var postgreSql = await LocalServer.StartAsync(Path.Combine(Path.GetDirectoryName(script)!, "../../postgres/bin/pg"), "PG");
        var kafka = await LocalServer.StartAsync(script, "KAFKA", new Dictionary<string, string>
        {
            ["KAFKA_HEAP"] = "256m",
            ["KAFKA_CONNECT_PORT"] = LocalServer.FreePort().ToString(CultureInfo.InvariantCulture),
        });
        return new DebeziumServers(postgreSql, kafka);
    }

    /// <summary>Starts a connector that reads the outbox table from the database's log, and what is in the table first.</summary>
    /// <param name="name">Its name. Another one begins again.</param>
    public async Task ConnectAsync(string name)
    {
        var database = new NpgsqlConnectionStringBuilder(Database);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $$"""
            name={{name}}
            connector.class=io.debezium.connector.postgresql.PostgresConnector
            database.hostname={{database.Host}}
            database.port={{database.Port}}
            database.user={{database.Username}}
            database.password=none
            database.dbname={{database.Database}}
            plugin.name=pgoutput
            slot.name={{name}}
            publication.name={{name}}
            publication.autocreate.mode=filtered
            topic.prefix={{name}}
            table.include.list=public.outbox_message
            snapshot.mode=initial
            snapshot.select.statement.overrides=public.outbox_message
            snapshot.select.statement.overrides.public.outbox_message=SELECT * FROM public.outbox_message ORDER BY id
            tombstones.on.delete=false
            key.converter=org.apache.kafka.connect.converters.ByteArrayConverter
            value.converter=org.apache.kafka.connect.converters.ByteArrayConverter
            transforms=outbox
            transforms.outbox.type=io.debezium.transforms.outbox.EventRouter
            transforms.outbox.table.field.event.id=message_id
            transforms.outbox.table.field.event.key=key
            transforms.outbox.table.field.event.payload=payload
            transforms.outbox.route.by.field=topic
            transforms.outbox.route.topic.replacement=${routedByValue}

            """);
        _files.Add(file); // read some time after Connect has started
        await _kafka.RunAsync("connect", file);
    }

    public void Dispose() => _files.ForEach(File.Delete);

    public Task DisconnectAsync() => _kafka.RunAsync("disconnect");
}

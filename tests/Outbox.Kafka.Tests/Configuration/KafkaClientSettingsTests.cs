using Confluent.Kafka;
using Outbox.Kafka.Configuration;
using Outbox.Transport;

namespace Outbox.Kafka.Tests.Configuration;

public sealed class KafkaClientSettingsTests
{
    private static readonly Subscription Billing = new("billing", ["orders"], "billing-1");

    [Fact]
    public void ForProducer_UserWeakensTheGuarantees_AreAppliedAfterwards()
    {
        var options = new KafkaOptions { BootstrapServers = "host:9092" };
        options.Properties["acks"] = "1";
        options.ProducerProperties["enable.idempotence"] = "false";
        options.ProducerProperties["transactional.id"] = "mine";
        options.ConfigureClient(client => client.Acks = Acks.None);
        options.ConfigureProducer(producer =>
        {
            producer.Acks = Acks.Leader;
            producer.EnableGaplessGuarantee = false;
            producer.MessageTimeoutMs = 1_000;
            producer.MessageSendMaxRetries = 0;
            producer.Partitioner = Partitioner.Random;
            producer.EnableDeliveryReports = false;
            producer.EnableBackgroundPoll = false;
        });

        var settings = KafkaClientSettings.ForProducer(options).ToDictionary(setting => setting.Key, setting => setting.Value);

        settings.Should().Contain(new Dictionary<string, string>
        {
            ["acks"] = "-1",
            ["enable.idempotence"] = "True",
            ["enable.gapless.guarantee"] = "True",
            ["message.timeout.ms"] = "0",
            ["message.send.max.retries"] = "2147483647",
            ["partitioner"] = "murmur2_random",
            ["dotnet.producer.enable.delivery.reports"] = "True",
            ["dotnet.producer.enable.background.poll"] = "True",
        });
        settings.Should().NotContainKey("transactional.id");
    }

    [Fact]
    public void ForProducer_NothingSaid_HasTheDefaults()
    {
        var config = KafkaClientSettings.ForProducer(new KafkaOptions { BootstrapServers = "host:9092" });

        config.BootstrapServers.Should().Be("host:9092");
        config.ClientId.Should().Be("outbox");
        config.LingerMs.Should().Be(1);
        config.CompressionType.Should().Be(CompressionType.Lz4);
        config.DeliveryReportFields.Should().Be("none");
        config.ReconnectBackoffMaxMs.Should().Be(1_000);
    }

    [Fact]
    public void ForProducer_UserChangesDefaults_AreTheUsers()
    {
        var options = new KafkaOptions { BootstrapServers = "host:9092" };
        options.ProducerProperties["linger.ms"] = "7";
        options.ConfigureProducer(producer => producer.CompressionType = CompressionType.Zstd);

        var config = KafkaClientSettings.ForProducer(options);

        config.LingerMs.Should().Be(7);
        config.CompressionType.Should().Be(CompressionType.Zstd);
    }

    [Fact]
    public void ForConsumer_UserWeakensTheGuarantees_AreAppliedAfterwards()
    {
        var options = new KafkaOptions { BootstrapServers = "host:9092" };
        options.ConsumerProperties["group.id"] = "another";
        options.ConfigureConsumer(consumer =>
        {
            consumer.EnableAutoCommit = true;
            consumer.EnableAutoOffsetStore = true;
            consumer.PartitionAssignmentStrategy = PartitionAssignmentStrategy.Range;
        });

        var config = KafkaClientSettings.ForConsumer(options, Billing);

        config.GroupId.Should().Be("billing");
        config.GroupInstanceId.Should().Be("billing-1");
        config.EnableAutoCommit.Should().BeFalse();
        config.EnableAutoOffsetStore.Should().BeFalse();
        config.PartitionAssignmentStrategy.Should().Be(PartitionAssignmentStrategy.CooperativeSticky);
    }

    [Fact]
    public void ForConsumer_NothingSaid_HasTheDefaults()
    {
        var config = KafkaClientSettings.ForConsumer(new KafkaOptions { BootstrapServers = "host:9092" }, Billing);

        config.AutoOffsetReset.Should().Be(AutoOffsetReset.Earliest);
        config.FetchQueueBackoffMs.Should().Be(5);
    }

    [Fact]
    public void ForConsumer_ConsumerProtocol_LeavesTheAssignmentToTheBroker()
    {
        var options = new KafkaOptions { BootstrapServers = "host:9092", GroupProtocol = GroupProtocol.Consumer };

        var config = KafkaClientSettings.ForConsumer(options, Billing);

        config.GroupProtocol.Should().Be(GroupProtocol.Consumer);
        config.Should().NotContain(setting => setting.Key == "partition.assignment.strategy");
    }

    [Fact]
    public void EveryClient_SecuritySettings_ArePassedOn()
    {
        var options = new KafkaOptions
        {
            BootstrapServers = "host:9092",
            SecurityProtocol = SecurityProtocol.SaslSsl,
            SaslMechanism = SaslMechanism.ScramSha512,
            SaslUsername = "user",
            SaslPassword = "secret",
            SslCaLocation = "ca.pem",
            SslCertificateLocation = "client.pem",
            SslKeyLocation = "client.key",
            SslKeyPassword = "another secret",
        };
        ClientConfig[] configs =
            [KafkaClientSettings.ForProducer(options), KafkaClientSettings.ForConsumer(options, Billing), KafkaClientSettings.ForAdmin(options)];

        foreach (var config in configs)
        {
            config.Should().Contain(new Dictionary<string, string>
            {
                ["security.protocol"] = "sasl_ssl",
                ["sasl.mechanism"] = "SCRAM-SHA-512",
                ["sasl.username"] = "user",
                ["sasl.password"] = "secret",
                ["ssl.ca.location"] = "ca.pem",
                ["ssl.certificate.location"] = "client.pem",
                ["ssl.key.location"] = "client.key",
                ["ssl.key.password"] = "another secret",
            });
        }

        options.ToString().Should().NotContain("secret").And.NotContain("user");
    }

    [Fact]
    public void ForLog_UserJoinsAGroupOrCommits_IsAppliedAfterwards()
    {
        var options = new KafkaOptions { BootstrapServers = "host:9092" };
        options.ConsumerProperties["enable.auto.commit"] = "true";
        options.ConfigureConsumer(consumer =>
        {
            consumer.GroupInstanceId = "mine";
            consumer.AutoOffsetReset = AutoOffsetReset.Latest;
            consumer.EnablePartitionEof = false;
            consumer.AllowAutoCreateTopics = true;
            consumer.IsolationLevel = IsolationLevel.ReadUncommitted;
        });

        var config = KafkaClientSettings.ForLog(options);

        config.EnableAutoCommit.Should().BeFalse();
        config.GroupInstanceId.Should().BeNull();
        config.AutoOffsetReset.Should().Be(AutoOffsetReset.Error);
        config.EnablePartitionEof.Should().BeTrue();
        config.AllowAutoCreateTopics.Should().BeFalse();
        config.IsolationLevel.Should().Be(IsolationLevel.ReadUncommitted, "what is read of a log is what the consumers receive");
    }
}

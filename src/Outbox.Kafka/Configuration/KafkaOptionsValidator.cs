using System.Globalization;
using Microsoft.Extensions.Options;

namespace Outbox.Kafka.Configuration;

/// <summary>Finds everything in the options that cannot work.</summary>
internal sealed class KafkaOptionsValidator : IValidateOptions<KafkaOptions>
{
    private static readonly TimeSpan ShortestCheck = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestCheck = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, KafkaOptions options)
    {
        var errors = new List<string>();
        ValidateServers(options.BootstrapServers, errors);
        if (string.IsNullOrWhiteSpace(options.ClientId))
        {
            errors.Add("Kafka: ClientId is empty. Give it a name, or leave it at its default.");
        }

        if (options.NewTopicPartitions is < 1 or > 1_000)
        {
            errors.Add($"Kafka: NewTopicPartitions is {options.NewTopicPartitions}; it must lie between 1 and 1,000.");
        }

        if (options.TopicCheckTimeout < ShortestCheck || options.TopicCheckTimeout > LongestCheck)
        {
            errors.Add($"Kafka: TopicCheckTimeout is {options.TopicCheckTimeout}; it must lie between {ShortestCheck} and {LongestCheck}.");
        }

        if (options.SaslPassword is not null && options.SaslUsername is null)
        {
            errors.Add("Kafka: SaslPassword is set but SaslUsername is not. Set both.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void ValidateServers(string? servers, List<string> errors)
    {
        if (string.IsNullOrWhiteSpace(servers))
        {
            errors.Add(
                "Kafka: no bootstrap servers. Set them in code, .UseKafka(kafka => kafka.BootstrapServers = \"host:9092\"), "
                + "or in the configuration as Outbox:Kafka:BootstrapServers.");
            return;
        }

        foreach (var server in servers.Split(','))
        {
            var address = server[(server.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..].Trim();
            var colon = address.LastIndexOf(':');
            var isIpv6WithoutPort = address.EndsWith(']');
            var portIsWrong = colon >= 0
                && !isIpv6WithoutPort
                && !(int.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536);
            if (address.Length == 0 || colon == 0 || portIsWrong)
            {
                errors.Add($"Kafka: '{server}' in BootstrapServers is not an address. Write host:port, several separated by commas.");
            }
        }
    }
}

using System.Diagnostics;
using System.Text;
using Outbox.Kafka.Tests.Transport;

namespace Outbox.Kafka.Tests.Sending;

/// <summary>Kafka's own console producer, written in Java.</summary>
internal static class JavaProducer
{
    /// <summary>Sends a message for each key. Keys hold neither tabs nor line breaks.</summary>
    /// <param name="bootstrapServers">One broker on loopback, for which the script has a port only.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="keys">The keys.</param>
    public static async Task SendAsync(string bootstrapServers, string topic, IEnumerable<string> keys)
    {
        string[] arguments =
        [
            "produce", "--topic", topic, "--reader-property", "parse.key=true", "--reader-property", "key.separator=\t",
        ];
        var start = new ProcessStartInfo(LocalKafkaFactAttribute.Script!, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.Environment["KAFKA_PORT"] = bootstrapServers[(bootstrapServers.LastIndexOf(':') + 1)..];
        start.Environment["KAFKA_DATA"] = Path.Combine(Path.GetTempPath(), "outbox-no-such-kafka");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        foreach (var key in keys)
        {
            await process.StandardInput.WriteAsync($"{key}\tvalue\n");
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, $"the producer printed {await output} {await error}");
    }
}

using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Consuming;

/// <summary><c>slow-handler</c>: how near handlers that wait for somebody else come to what their lanes allow.</summary>
internal static class SlowHandlerCommand
{
    public static async Task<Report> RunAsync(Arguments arguments)
    {
        var milliseconds = arguments.Number("ms", 50);
        var messages = arguments.Number("messages", 1_000);
        var lanes = new ConsumerOptions().Lanes;
        await using var servers = await LoadServers.OpenAsync();
        var topic = await servers.CreateTopicAsync("slow");
        new DuplicatingProducer(servers.BootstrapServers, topic).Run(messages, share: 0);
        var round = new ConsumeRound(servers, await servers.CreateDatabaseAsync(), topic);
        var result = await round.RunAsync(ConsumeContender.Default, messages, TimeSpan.FromMilliseconds(milliseconds));
        var ideal = lanes * 1_000.0 / milliseconds;
        var report = new Report($"slow-handler: {messages} messages, {milliseconds} ms each, {lanes} lanes")
            .Add("messagesPerSecond", result.PerSecond, "handled")
            .Add("ratioToIdeal", result.PerSecond / ideal, $"to {ideal:0} a second, which so many lanes allow");
        return result.Effects == messages ? report : report.Fault($"{result.Effects} effects of {messages} messages");
    }
}

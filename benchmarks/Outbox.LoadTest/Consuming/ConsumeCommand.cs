using System.Globalization;
using Outbox.LoadTest.Reporting;
using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.Consuming;

/// <summary><c>consume</c>: how fast handlers that add one row work off a topic, in every way of handling it, with copies among its messages.</summary>
internal static class ConsumeCommand
{
    private const int WarmUp = 5_000;
    private const double LeastRatio = 3;

    /// <summary>One by one is slow: a share of the messages gives its rate.</summary>
    private const int ShareOfOneByOne = 5;

    public static async Task<Report> RunAsync(Arguments arguments)
    {
        if (arguments.Has("retention"))
        {
            return await RetentionCommand.RunAsync(arguments);
        }

        var messages = arguments.Number("messages", 100_000);
        var share = double.Parse((arguments.Text("duplicates") ?? "5%").TrimEnd('%'), CultureInfo.InvariantCulture) / 100;
        var rounds = arguments.Number("rounds", 3);
        await using var servers = await LoadServers.OpenAsync();
        var topic = await servers.CreateTopicAsync("consume");
        var copies = new DuplicatingProducer(servers.BootstrapServers, topic).Run(messages, share);
        Progress.Say($"{messages} messages and {copies} copies are on the topic");
        var round = new ConsumeRound(servers, await servers.CreateDatabaseAsync(), topic);
        var results = Enum.GetValues<ConsumeContender>().ToDictionary(contender => contender, _ => new List<ConsumeResult>());
        foreach (var contender in results.Keys)
        {
            await round.RunAsync(contender, Math.Min(WarmUp, messages));
        }

        for (var number = 1; number <= rounds; number++)
        {
            foreach (var contender in results.Keys.OrderBy(contender => number % 2 == 1 ? (int)contender : -(int)contender))
            {
                var all = messages + copies;
                var result = await round.RunAsync(contender, contender == ConsumeContender.OneByOne ? all / ShareOfOneByOne : all);
                results[contender].Add(result);
                Progress.Say($"round {number} of {rounds}: {contender}: {result.PerSecond:#,0} a second, {result.Effects} effects, {result.Duplicates} copies skipped");
            }
        }

        return Judge(messages, copies, rounds, results);
    }

    private static Report Judge(int messages, int copies, int rounds, Dictionary<ConsumeContender, List<ConsumeResult>> results)
    {
        var oneByOne = Rate(ConsumeContender.OneByOne);
        var usual = results[ConsumeContender.Default];
        var report = new Report($"consume: {messages} messages and {copies} copies, one row each, medians of {rounds} rounds")
            .Add("messages", messages, "distinct messages on the topic")
            .Add("messagesPerSecond", Rate(ConsumeContender.Default), "default handlers")
            .Add("sharedChunkPerSecond", Rate(ConsumeContender.SharedChunk), "handlers that share their chunk")
            .Add("batchHandlerPerSecond", Rate(ConsumeContender.BatchHandler), "an IBatchHandler")
            .Add("oneByOnePerSecond", oneByOne, "one transaction for each message, one lane")
            .Add("ratio", Rate(ConsumeContender.Default) / oneByOne, $"default to one by one; at least {LeastRatio}")
            .Add("sharedRatio", Rate(ConsumeContender.SharedChunk) / oneByOne, "shared chunks to one by one")
            .Add("effects", usual[^1].Effects, "rows that the default handlers left in the last round")
            .Add("duplicatesSkipped", usual[^1].Duplicates, "copies that they did not see");
        foreach (var (contender, rows) in results.Where(entry => entry.Key != ConsumeContender.OneByOne))
        {
            foreach (var row in rows.Where(row => row.Effects != messages || row.Distinct != messages || row.Duplicates != copies))
            {
                report.Fault($"{contender}: {row.Effects} effects of {row.Distinct} messages, {row.Duplicates} copies skipped");
            }
        }

        if (results[ConsumeContender.OneByOne].Exists(row => row.Effects != row.Distinct))
        {
            report.Fault("one by one: a message had two effects");
        }

        return report;

        double Rate(ConsumeContender contender) => Figures.Median(results[contender].Select(result => result.PerSecond));
    }
}

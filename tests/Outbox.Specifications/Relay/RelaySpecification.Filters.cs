using System.Collections.Concurrent;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Specifications.Running;
using Outbox.Storage;
using Outbox.Storage.Tables;
using Outbox.Transport;

namespace Outbox.Specifications.Relay;

/// <summary>What filters before the transport may do, and what becomes of messages that they fail on.</summary>
public abstract partial class RelaySpecification
{
    private readonly ScriptedSendFilter _filter = new();

    [SpecificationFact]
    public async Task SendFilter_ChangesBodies_KeepsTheOrder()
    {
        await UseFilterAsync();
        _filter.Script = message => message with { Payload = [.. message.Payload!, (byte)'!'] };
        await Relay.EnqueueAsync([.. Enumerable.Range(0, 200).Select(i => ("orders", (string?)$"k{i % 7}", $"{i}"))]);

        await Relay.StartAsync();

        await QuietAsync();
        Broker.Payloads.Should().Equal(Enumerable.Range(0, 200).Select(i => $"{i}!"));
    }

    [SpecificationFact]
    public async Task SendFilter_ThrowsForOneMessage_ParksItsKeyOnly()
    {
        await UseFilterAsync();
        _filter.Script = message => Text(message) == "poison" ? throw new InvalidOperationException("secret") : message;
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "a", "poison"), ("orders", "b", "2"), ("orders", "a", "3"));

        await Relay.StartAsync();

        await Eventually.BeTrueAsync(async () => (await Relay.GetParkedAsync()).Count == 2 && Broker.Log.Count == 2, "the key is parked, the other sent");
        Broker.Payloads.Should().BeEquivalentTo("1", "2");
        var key = (await Relay.UseAsync(db => db.Set<OutboxParkedKeyRecord>().ToListAsync())).Single();
        key.Error.Should().Contain(nameof(ScriptedSendFilter)).And.Contain(nameof(InvalidOperationException)).And.NotContain("secret");

        _filter.Script = null;
        await Relay.RequestAsync(ParkedKeyAction.Release);
        await Eventually.BeTrueAsync(() => Broker.Log.Count == 4, "the released messages are sent");
        Broker.Log.Where(message => message.Key == "a").Select(message => message.Payload).Should().Equal("1", "poison", "3");
    }

    [SpecificationFact]
    public async Task SendFilter_FailsForAWhile_IsTriedAgainInOrderAndParksNothing()
    {
        await UseFilterAsync();
        var failures = new ConcurrentQueue<Exception>([new TimeoutException(), new HttpRequestException(), new IOException(), new TransportException("busy")]);
        _filter.Script = message => Text(message) == "2" && failures.TryDequeue(out var failure) ? throw failure : message;
        await Relay.EnqueueAsync(("orders", "a", "1"), ("orders", "a", "2"), ("orders", "a", "3"), ("orders", "b", "4"));

        await Relay.StartAsync();

        await QuietAsync();
        failures.Should().BeEmpty();
        Broker.Payloads.Should().Equal("1", "2", "3", "4");
        (await Relay.GetParkedAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task SendFilter_ChangesTheKey_IsRefused()
    {
        await UseFilterAsync();
        _filter.Script = message => message with { Key = [1] };
        await Relay.EnqueueAsync(("orders", "a", "1"));

        await Relay.StartAsync();

        await Eventually.BeTrueAsync(async () => (await Relay.GetParkedAsync()).Count == 1, "the message is parked");
        Broker.Log.Should().BeEmpty("the order rests on the key");
    }

    private static string Text(in OutgoingMessage message) => Encoding.UTF8.GetString(message.Payload!);

    private async Task UseFilterAsync()
    {
        await Relay.DisposeAsync();
        Relay = new RelayHarness(_database, Broker, outbox =>
        {
            Configure(outbox);
            outbox.Services.AddSingleton(_filter);
            outbox.AddSendFilter<ScriptedSendFilter>();
        });
    }

    private sealed class ScriptedSendFilter : ISendFilter
    {
        public Func<OutgoingMessage, OutgoingMessage>? Script { get; set; }

        public OutgoingMessage OnSend(OutgoingMessage message) => Script is { } script ? script(message) : message;
    }
}

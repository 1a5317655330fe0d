using Outbox.Specifications.Running;
using Outbox.Storage;

namespace Outbox.Specifications.Storage;

/// <summary>What every <see cref="IControlStore"/> does, behind what an application calls.</summary>
public abstract class ControlStoreSpecification : StorageSpecification
{
    private IOutboxControl Control => Database.Seam<IOutboxControl>();

    private IControlStore Store => Database.Seam<IControlStore>();

    [SpecificationFact]
    public async Task PauseAsync_AndOthers_AreStoredForEachTopic()
    {
        (await Control.GetAsync()).Should().BeEmpty();

        await Control.PauseAsync("orders", "Ann");
        await Control.DrainAsync(requestedBy: "Bob");
        await Control.PauseAsync("payments");
        await Control.DrainAsync("orders", "Cid");
        await Control.ResumeAsync("payments");
        await Control.ResumeAsync("never-paused");

        var entries = await Control.GetAsync();
        entries.Select(entry => (entry.Topic, entry.State, entry.RequestedBy)).Should().Equal(
            ("", OutboxControlState.Draining, "Bob"), ("orders", OutboxControlState.Draining, "Cid"));
        entries.Should().AllSatisfy(entry => entry.RequestedAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5)));
    }

    [SpecificationFact]
    public async Task PauseAsync_ManyAtOnce_AllSucceed()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Control.PauseAsync("orders", $"{i}")));

        (await Control.GetAsync()).Should().ContainSingle().Which.State.Should().Be(OutboxControlState.Paused);
    }

    [SpecificationFact]
    public async Task PauseAsync_BadInput_IsRefused()
    {
        await Control.Awaiting(control => control.PauseAsync("")).Should().ThrowAsync<OutboxException>();
        await Control.Awaiting(control => control.PauseAsync("not legal")).Should().ThrowAsync<OutboxException>();
        await Control.Awaiting(control => control.PauseAsync(requestedBy: new string('x', 201))).Should().ThrowAsync<ArgumentOutOfRangeException>();
        (await Control.GetAsync()).Should().BeEmpty();
    }

    [SpecificationFact]
    public async Task EndDrainAsync_OnlyOnceNothingWaits()
    {
        await Database.InsertAsync(StorageDatabase.Message("orders", "a"));
        await Control.DrainAsync("orders");
        await Control.DrainAsync();
        await Control.DrainAsync("payments");

        (await Store.EndDrainAsync("orders", default)).Should().BeFalse();
        (await Store.EndDrainAsync("", default)).Should().BeFalse();
        (await Store.EndDrainAsync("payments", default)).Should().BeTrue();
        (await Store.EndDrainAsync("payments", default)).Should().BeFalse("it is a pause by now");

        (await Control.GetAsync()).Select(entry => entry.State).Should().Equal(
            OutboxControlState.Draining, OutboxControlState.Draining, OutboxControlState.Paused);
    }
}

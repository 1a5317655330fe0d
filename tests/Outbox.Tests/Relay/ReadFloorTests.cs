using Outbox.Relay;

namespace Outbox.Tests.Relay;

public sealed class ReadFloorTests
{
    private readonly FakeWriters _writers = new() { LastId = 10 };
    private readonly ReadFloor _floor;

    public ReadFloorTests() => _floor = new ReadFloor(_writers);

    [Fact]
    public async Task Step_FirstSample_AsksForTheLastIdBeforeTheWriters()
    {
        await StepAsync();

        _writers.Asked.Should().Equal("last id", "writers");
        _floor.Confirmed.Should().Be(10);
    }

    [Fact]
    public async Task Step_WriterThatBeginsBetweenBothQuestions_IsWaitedFor()
    {
        _writers.AfterLastId = () => _writers.Open.Add("3/1");

        await StepAsync();

        _floor.Confirmed.Should().Be(0, "it may have an id up to the last one");
    }

    [Fact]
    public async Task Step_WriterThatStays_ConfirmsNothing()
    {
        _writers.Open.UnionWith(["3/1", "4/7"]);
        await StepAsync();
        _writers.Open.Remove("3/1");
        _writers.LastId = 20;

        await StepAsync();

        _floor.Confirmed.Should().Be(0);
    }

    [Fact]
    public async Task Step_WritersGoneAndLaterOnesOpen_ConfirmsTheIdOfTheSample()
    {
        _writers.Open.Add("3/1");
        await StepAsync();
        _writers.Open.Clear();
        _writers.Open.Add("3/2");
        _writers.LastId = 20;

        await StepAsync();

        _floor.Confirmed.Should().Be(10, "later writers have later ids, and those are not confirmed");
    }

    [Fact]
    public async Task Step_WriterThatCameLater_IsNotWaitedForEvenIfTheFirstOnesStay()
    {
        _writers.Open.Add("3/1");
        await StepAsync();
        _writers.Open.Add("3/2");
        await StepAsync();
        _writers.Open.Remove("3/1");

        await StepAsync();

        _floor.Confirmed.Should().Be(10);
    }

    [Fact]
    public async Task Step_AfterAConfirmation_WaitsForThePromotion()
    {
        await StepAsync();
        _writers.LastId = 20;
        await StepAsync();
        _floor.Confirmed.Should().Be(10, "a read may be under way that goes by it");

        _floor.Promote().Should().Be(10);
        _floor.Confirmed.Should().Be(0);
        await StepAsync();

        _floor.Confirmed.Should().Be(20);
    }

    private async Task StepAsync() => await _floor.StepAsync(CancellationToken.None);
}

using Outbox.Filters;
using Outbox.Transport;

namespace Outbox.Tests.Filters;

public sealed class SendFiltersTests
{
    private static readonly OutgoingMessage Message = new("orders", [1], [2], []);

    [Fact]
    public void Apply_NoFilter_AllocatesNothing()
    {
        var filters = new SendFilters([]);
        filters.Apply(Message);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            filters.Apply(Message);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0, "it is in the relay's hot path");
    }

    [Theory]
    [InlineData(typeof(TimeoutException), DeliveryFailure.Transient)]
    [InlineData(typeof(IOException), DeliveryFailure.Transient)]
    [InlineData(typeof(HttpRequestException), DeliveryFailure.Transient)]
    [InlineData(typeof(InvalidOperationException), DeliveryFailure.Message)]
    [InlineData(typeof(OutboxException), DeliveryFailure.Message)]
    public void Apply_FilterThrows_SaysWhoseFaultItIs(Type exception, DeliveryFailure failure)
    {
        var filters = new SendFilters([new Throwing((Exception)Activator.CreateInstance(exception)!)]);

        var apply = () => filters.Apply(Message);

        apply.Should().Throw<TransportException>().Which.Failure.Should().Be(failure);
    }

    [Fact]
    public void Apply_FilterSaysItself_IsBelieved()
    {
        var filters = new SendFilters([new Throwing(new TransportException("gone", DeliveryFailure.Topic))]);

        var apply = () => filters.Apply(Message);

        apply.Should().Throw<TransportException>().Which.Failure.Should().Be(DeliveryFailure.Topic);
    }

    private sealed class Throwing(Exception exception) : ISendFilter
    {
        public OutgoingMessage OnSend(OutgoingMessage message) => throw exception;
    }
}

using Outbox.Transport;

namespace Outbox.Relay;

/// <summary>The outcome of one message that is sent while nothing else is in flight on its sender.</summary>
internal sealed class LoneDelivery : IDeliverySink
{
    private TaskCompletionSource<DeliveryOutcome> _outcome = New();

    /// <summary>The outcome of the message sent last.</summary>
    public Task<DeliveryOutcome> Outcome => _outcome.Task;

    public void OnOutcome(long tag, in DeliveryOutcome outcome) => _outcome.TrySetResult(outcome);

    public void Reset() => _outcome = New();

    private static TaskCompletionSource<DeliveryOutcome> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

namespace Outbox.GroupMember;

/// <summary>Lets a test hold the handlers of a member in its own process.</summary>
public sealed class HandlerGate
{
    private volatile TaskCompletionSource? _closed;

    public void Close() => _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _closed?.TrySetResult();

    public Task PassAsync() => _closed?.Task ?? Task.CompletedTask;
}

using System.Collections.Concurrent;
using System.Text;
using Outbox.Handling;
using Outbox.Transport;

namespace Outbox.Tests.Consumers;

/// <summary>Handling that takes as long as the test says. Payloads are texts; those that are gated wait for their release.</summary>
internal sealed class ScriptedHandling : IReceivedMessageHandling
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();

    public ConcurrentQueue<string> Begun { get; } = new();

    public ConcurrentQueue<string> Finished { get; } = new();

    public ConcurrentQueue<string> Cancelled { get; } = new();

    /// <summary>Whether gated messages take notice of their cancellation.</summary>
    public bool IsStubborn { get; set; }

    /// <summary>Thrown once by the next message.</summary>
    public Exception? NextFailure { get; set; }

    public TaskCompletionSource Gate(string text) =>
        _gates[text] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release(string text) => _gates[text].SetResult();

    public async Task<HandlingOutcome> HandleAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetString(message.Payload!);
        Begun.Enqueue(text);
        if (NextFailure is { } failure)
        {
            NextFailure = null;
            throw failure;
        }

        if (_gates.TryGetValue(text, out var gate))
        {
            try
            {
                await gate.Task.WaitAsync(IsStubborn ? CancellationToken.None : cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Cancelled.Enqueue(text);
                throw;
            }
        }
        else
        {
            await Task.Yield();
        }

        Finished.Enqueue(text);
        return HandlingOutcome.Handled;
    }
}

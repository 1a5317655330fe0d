namespace Outbox.Specifications.Capture;

/// <summary>Does what the test says.</summary>
public class ScriptedEnqueueFilter : IEnqueueFilter
{
    public Action<EnqueueFilterContext>? Script { get; set; }

    public Guid LastId { get; private set; }

    public void OnEnqueue(EnqueueFilterContext context)
    {
        LastId = context.MessageId;
        Script?.Invoke(context);
    }
}

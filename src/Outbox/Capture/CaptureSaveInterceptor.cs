using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Outbox.CrashPoints;

namespace Outbox.Capture;

/// <summary>What happens around a save: entities are drained before it, and after it the relay is told.</summary>
internal sealed class CaptureSaveInterceptor(CommitSignals signals) : SaveChangesInterceptor
{
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Begin(eventData.Context);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Begin(eventData.Context);
        return ValueTask.FromResult(result);
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result) => End(eventData.Context, result);

    public override ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(End(eventData.Context, result));

    private static void Begin(DbContext? context)
    {
        if (context is null)
        {
            return;
        }

        CaptureState.Find(context)?.BeginSave(context);
        if (CaptureModel.Of(context).HasMessageSources)
        {
            MessageSources.Drain(context);
        }
    }

    private int End(DbContext? context, int result)
    {
        // Nothing was written where another interceptor suppressed the save.
        if (context is null || CaptureState.Find(context) is not { Written.All: > 0 } state)
        {
            return result;
        }

        var uncounted = state.Written.Uncounted;
        state.Written = default;
        state.EndSave();
        CrashHook.Reach(CrashPoint.CaptureWritten);
        signals.Saved(context, state.Services.Wakeup);
        return result + uncounted;
    }
}

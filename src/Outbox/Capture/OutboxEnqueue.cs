using Microsoft.EntityFrameworkCore;

namespace Outbox.Capture;

/// <summary>What the public calls share, and the call without a limit for the library's own messages.</summary>
internal static class OutboxEnqueue
{
    public static Guid Message(DbContext db, object message, Type declared, MessageHeaders? headers, DateTime? dueAt)
    {
        ArgumentNullException.ThrowIfNull(message);
        var state = CaptureState.Of(db);
        state.Services.Backlog.RequireOpen();
        var row = state.Services.Composer.Compose(db, message, declared, null, EnqueueRequest.Now(headers, dueAt));
        state.Add(db, new PendingMessage(row));
        return row.MessageId;
    }

    /// <summary>Enqueues a message of the library's own, such as a dead letter, whatever its size and however many wait.</summary>
    public static Guid WithoutLimit(DbContext db, RawMessage message)
    {
        var state = CaptureState.Of(db);
        var row = state.Services.Composer.ComposeOwn(message, EnqueueRequest.Now(null, null));
        state.Add(db, new PendingMessage(row));
        return row.MessageId;
    }

    public static Guid Factory(DbContext db, Func<object?> factory, Type declared, MessageHeaders? headers, DateTime? dueAt)
    {
        ArgumentNullException.ThrowIfNull(factory);
        var state = CaptureState.Of(db);
        state.Services.Backlog.RequireOpen();
        state.Services.Composer.RequireRegistered(declared);

        // The caller may use its list again before the factory runs.
        var request = EnqueueRequest.Now(headers is null ? null : new MessageHeaders(headers), dueAt);
        var id = state.Services.Composer.NewId();
        state.Add(db, new PendingMessage(new MessageFactory(id, declared, factory, request)));
        return id;
    }

    public static DateTime DueAfter(DbContext db, TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return (CaptureState.Of(db).Services.Time.GetUtcNow() + delay).UtcDateTime;
    }
}

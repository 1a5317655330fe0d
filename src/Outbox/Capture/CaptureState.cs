using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Update;
using Outbox.Storage.Tables;

namespace Outbox.Capture;

/// <summary>
/// What one context has enqueued. It counts only while its anchor, a tracked record that is never written itself, is in the state
/// "added": that makes the messages share the fate of the context's other new rows.
/// </summary>
internal sealed class CaptureState
{
    private static readonly ConditionalWeakTable<DbContext, CaptureState> States = [];
    private static long _lastAnchorKey;

    private List<PendingMessage> _pending = [];
    private EntityEntry<OutboxMessageRecord>? _anchor;
    private int _lease;
    private Exception? _fault;

    private CaptureState(CaptureServices services, CaptureModel model)
    {
        Services = services;
        Model = model;
    }

    public CaptureServices Services { get; }

    public CaptureModel Model { get; }

    /// <summary>The messages that the next save writes, in the order of their enqueue. Valid for the save that <see cref="IsAnchor"/> sees.</summary>
    public List<PendingMessage> Pending => _pending;

    /// <summary>How many rows the current save wrote, and how many of them EF did not count.</summary>
    public (int All, int Uncounted) Written { get; set; }

    public static CaptureState? Find(DbContext context) => States.TryGetValue(context, out var state) ? state : null;

    /// <exception cref="OutboxException">The context's registration or model lacks the outbox.</exception>
    public static CaptureState Of(DbContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (States.TryGetValue(context, out var known))
        {
            return known;
        }

        var name = context.GetType().Name;
        var extension = context.GetService<IDbContextOptions>().FindExtension<CaptureOptionsExtension>()
            ?? throw new OutboxException(
                $"{name} has no outbox: add services.AddOutbox<{name}>(outbox => …), and let the container make the context (AddDbContext, a pool or a factory).");
        var model = CaptureModel.Of(context);
        if (model.Waiting is null)
        {
            throw new OutboxException($"The model of {name} lacks the outbox tables: call modelBuilder.AddOutbox() in its OnModelCreating, and add a migration.");
        }

        var state = new CaptureState(extension.Services, model);
        States.Add(context, state);
        return state;
    }

    public void Add(DbContext context, PendingMessage message)
    {
        if (!IsPending(context))
        {
            Begin(context);
        }

        _pending.Add(message);
    }

    /// <summary>Makes every save fail until the context drops its pending messages: one of them is lost.</summary>
    public void Fail(DbContext context, Exception fault)
    {
        if (!IsPending(context))
        {
            Begin(context);
        }

        _fault = fault;
    }

    public void BeginSave(DbContext context)
    {
        Written = default;
        if (_fault is not null && IsPending(context))
        {
            throw new OutboxException(
                "An earlier SaveChanges took messages from an entity and could not enqueue one of them (see the inner exception), so saving now would lose it. Clear the change tracker, or use a new context, and repeat the work.",
                _fault);
        }
    }

    public bool IsAnchor(IUpdateEntry entry) =>
        _anchor is not null && entry.EntityType.ClrType == typeof(OutboxMessageRecord) && ReferenceEquals(entry.ToEntityEntry().Entity, _anchor.Entity);

    /// <summary>Stops tracking the anchor once EF has accepted it. With acceptance put off it stays, and so do the messages.</summary>
    public void EndSave()
    {
        if (_anchor is { State: EntityState.Unchanged })
        {
            _anchor.State = EntityState.Detached;
            Forget();
        }
    }

    private bool IsPending(DbContext context) =>
        _anchor is not null && _lease == context.ContextId.Lease && context.Entry(_anchor.Entity).State == EntityState.Added;

    private void Begin(DbContext context)
    {
        // Accepted by hand after SaveChanges(acceptAllChangesOnSuccess: false): nobody told us, and it is still tracked.
        if (_anchor is not null && _lease == context.ContextId.Lease
            && context.Entry(_anchor.Entity) is { State: EntityState.Unchanged } accepted)
        {
            accepted.State = EntityState.Detached;
        }

        Forget();
        _lease = context.ContextId.Lease;
        _anchor = context.Add(new OutboxMessageRecord { Id = Interlocked.Decrement(ref _lastAnchorKey) });
    }

    private void Forget()
    {
        _anchor = null;
        _fault = null;
        _pending = [];
    }
}

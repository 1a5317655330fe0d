using Outbox.Storage;
using Outbox.Transport;

namespace Outbox.Replay;

/// <summary>What one consumer's replays are made of.</summary>
/// <param name="Log">Reads the topics.</param>
/// <param name="Leases">Who works on what.</param>
/// <param name="Marks">Looks at marks and removes those of finished replays.</param>
/// <param name="CreateBatch">Makes what handles the messages of a claim.</param>
internal sealed record ReplayParts(ITopicLog Log, ReplayLeases Leases, ReplayMarks Marks, Func<ReplayClaim, ReplayBatch> CreateBatch);

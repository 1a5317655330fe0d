using Outbox.Deferral;
using Outbox.Inbox;

namespace Outbox.Consumers;

/// <summary>What a started consumer consists of.</summary>
internal sealed record ConsumerParts(ConsumerLoop Loop, LaneSet Lanes, InboxOffsets Offsets, DeferralLoop Deferral, ConsumerOptions Options);

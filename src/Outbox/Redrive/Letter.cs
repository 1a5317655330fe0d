using Outbox.Inbox;

namespace Outbox.Redrive;

/// <summary>A dead letter that was understood.</summary>
/// <param name="Message">The message as it came to the consumer once, with its redrive number one higher.</param>
/// <param name="Consumer">Who gave it up.</param>
/// <param name="Redrives">How often it was redriven before.</param>
/// <param name="Told">What is told about it.</param>
internal sealed record Letter(IdentifiedMessage Message, string Consumer, int Redrives, RedriveLetter Told);

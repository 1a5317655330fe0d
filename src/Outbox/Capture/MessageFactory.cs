namespace Outbox.Capture;

/// <summary>A message that is made after the main commands, because it needs a key that the database generates.</summary>
/// <param name="Id">The id that the caller was given.</param>
/// <param name="DeclaredType">The type that the caller named.</param>
/// <param name="Create">Makes the message; may run again when a save is tried again.</param>
/// <param name="Request">What was known at the enqueue.</param>
internal sealed record MessageFactory(Guid Id, Type DeclaredType, Func<object?> Create, EnqueueRequest Request);

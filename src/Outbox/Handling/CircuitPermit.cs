namespace Outbox.Handling;

/// <summary>The leave to try a message; its result is told to the circuit that gave it.</summary>
/// <param name="IsProbe">Whether everything else waits for this one's result.</param>
internal readonly record struct CircuitPermit(bool IsProbe);

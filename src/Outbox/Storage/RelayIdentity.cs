namespace Outbox.Storage;

/// <summary>One running relay.</summary>
/// <param name="RelayId">Made anew at each start.</param>
/// <param name="Host">The machine's name, for people.</param>
/// <param name="Version">The library's version, for people.</param>
/// <param name="Buckets">Into how many buckets it divides the keys. It owns none where another number is installed or asked for.</param>
public sealed record RelayIdentity(Guid RelayId, string Host, string Version, int Buckets);

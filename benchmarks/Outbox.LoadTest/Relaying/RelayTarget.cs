namespace Outbox.LoadTest.Relaying;

/// <summary>From where to where a relay works.</summary>
/// <param name="Database">The connection string.</param>
/// <param name="BootstrapServers">The brokers.</param>
/// <param name="Topic">The topic that the messages are for.</param>
internal sealed record RelayTarget(string Database, string BootstrapServers, string Topic);

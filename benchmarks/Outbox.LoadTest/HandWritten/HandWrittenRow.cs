using Confluent.Kafka;

namespace Outbox.LoadTest.HandWritten;

/// <summary>A row as the hand-written loop sends it.</summary>
internal readonly record struct HandWrittenRow(long Id, string Topic, byte[]? Key, byte[]? Payload, Headers Headers);

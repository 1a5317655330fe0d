namespace Outbox.LoadTest.Operating;

/// <summary>Deferred messages of one consumer.</summary>
internal static class DeferredRows
{
    public static string Sql(string topic, int count) => $"""
        INSERT INTO inbox_deferred (consumer, key_hash, message_id, topic, key, payload, headers, partition, source_offset, attempts, retries, source_timestamp, first_seen, due_at, error)
        SELECT 'billing', n, gen_random_uuid(), '{topic}', convert_to(n::text, 'UTF8'), convert_to(repeat('x', 500), 'UTF8'), '[]', 0, n, 3,
            1, now(), now(), now() + interval '1 hour', 'The bank does not answer.'
        FROM generate_series(1, {count}) n
        """;
}

using Outbox.LoadTest.Servers;

namespace Outbox.LoadTest.EndToEnd;

/// <summary>What the effects show of the guarantees.</summary>
/// <param name="Lost">Messages without an effect.</param>
/// <param name="Doubled">Effects beyond the first of their message.</param>
/// <param name="Inversions">Effects behind that of a later message of their key.</param>
internal readonly record struct EffectCheck(long Lost, long Doubled, long Inversions)
{
    public static async Task<EffectCheck> ReadAsync(LoadDatabase database, long written)
    {
        var distinct = await database.ScalarAsync<long>("SELECT count(DISTINCT \"Sequence\") FROM load_effect");
        var all = await database.ScalarAsync<long>("SELECT count(*) FROM load_effect");
        var inversions = await database.ScalarAsync<long>("""
            SELECT count(*) FROM (
                SELECT "Sequence", max("Sequence") OVER (
                    PARTITION BY "CustomerId" ORDER BY "Id" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest
                FROM load_effect) AS effect
            WHERE "Sequence" < highest
            """);
        return new EffectCheck(written - distinct, all - distinct, inversions);
    }
}

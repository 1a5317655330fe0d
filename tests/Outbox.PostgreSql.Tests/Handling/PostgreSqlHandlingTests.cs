using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Outbox.Specifications.Handling;
using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;

namespace Outbox.PostgreSql.Tests.Handling;

[NeedsPostgreSql]
public sealed class PostgreSqlHandlingTests : HandlingSpecification
{
    [SpecificationFact]
    public async Task Chunk_ConnectionLostAndHandledByAnotherMemberMeanwhile_LeavesTheMarksOfTheOther()
    {
        foreach (var level in Levels)
        {
            await using var trial = await TryAsync();
            var messages = trial.Messages(level, level + "a1", level + "b1");
            var isFirst = true;
            trial.Script.Handle = async (db, note, context, token) =>
            {
                if (isFirst)
                {
                    isFirst = false;
                    await EndSessionAsync(db, token);
                    (await trial.RunAllAsync(messages)).Should().Equal([true, true], "the other member finds nothing in its way");
                }

                NoteScript.AddEffect(db, note, context);
            };

            (await trial.RunAllAsync(messages)).Should().Equal([false, false], level);

            (await trial.App.EffectsAsync()).Where(text => text.StartsWith(level, StringComparison.Ordinal))
                .Should().BeEquivalentTo([level + "a1", level + "b1"], "the marks say that it is done");
        }
    }

    [SpecificationFact]
    public async Task Chunk_RolledBackBehindTheContextsBackAndHandledByAnotherMemberMeanwhile_LeavesTheMarksOfTheOther()
    {
        foreach (var mode in new[] { DeduplicationMode.Ids, DeduplicationMode.Offsets, DeduplicationMode.Both })
        {
            foreach (var level in Levels)
            {
                await using var trial = await TryAsync(In(mode));
                var prefix = mode + level;
                var messages = trial.Messages(level, prefix + "a1", prefix + "b1");
                var isFirst = true;
                trial.Script.Handle = async (db, note, context, token) =>
                {
                    if (isFirst)
                    {
                        isFirst = false;
                        await db.Database.CurrentTransaction!.GetDbTransaction().RollbackAsync(token);
                        (await trial.RunAllAsync(messages)).Should().Equal([true, true], "the other member finds nothing in its way");
                    }

                    NoteScript.AddEffect(db, note, context);
                };

                (await trial.RunAllAsync(messages)).Should().Equal([false, false], prefix);

                (await trial.App.EffectsAsync()).Where(text => text.StartsWith(prefix, StringComparison.Ordinal))
                    .Should().BeEquivalentTo([prefix + "a1", prefix + "b1"], "what the other member has claimed is left as it is");
            }
        }
    }

    /// <summary>What PostgreSQL does with a transaction that idles for too long, as that of a member that hangs.</summary>
    private static async Task EndSessionAsync(NoteContext db, CancellationToken cancellationToken)
    {
        var hung = ((NpgsqlConnection)db.Database.GetDbConnection()).ProcessID;
        await using var connection = new NpgsqlConnection(db.Database.GetConnectionString());
        await connection.OpenAsync(cancellationToken);
        await using var end = new NpgsqlCommand("SELECT pg_terminate_backend($1, 10000)", connection) { Parameters = { new() { Value = hung } } };
        (await end.ExecuteScalarAsync(cancellationToken)).Should().Be(true);
    }

    protected override async Task<HandlingDatabase> CreateDatabaseAsync()
    {
        var connection = await PostgreSqlServer.CreateDatabaseAsync();
        return new HandlingDatabase(
            (options, isRetrying) => options.UseNpgsql(
                connection,
                npgsql =>
                {
                    if (isRetrying)
                    {
                        npgsql.ExecutionStrategy(dependencies => new RetryingTestStrategy(dependencies));
                    }
                }),
            () => PostgreSqlServer.DropDatabaseAsync(connection))
        {
            UseStores = outbox => outbox.UsePostgreSql(),
        };
    }
}

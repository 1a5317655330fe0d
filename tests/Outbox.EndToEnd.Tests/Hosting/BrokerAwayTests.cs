using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Outbox.EndToEnd.Tests.Readme;
using Outbox.Specifications;
using Outbox.Testing;

namespace Outbox.EndToEnd.Tests.Hosting;

public sealed class BrokerAwayTests
{
    [Fact]
    public async Task Start_BrokerAway_SucceedsAndMessagesGoOnceItAnswers()
    {
        using var kafka = new EmbeddedKafka();
        kafka.CreateTopic("orders", 2);
        kafka.SetBrokerDown();
        await using var shop = new SqliteShop(kafka.BootstrapServers);
        await shop.StartAsync();
        var order = new Order { Id = Guid.NewGuid() };
        await shop.UseAsync(async db =>
        {
            await ReadmeExample.PlaceAsync(db, order);
            return 0;
        });
        var health = await CheckAsync(shop);
        health.Status.Should().Be(HealthStatus.Degraded);
        health.Description.Should().Contain("broker does not answer");
        (await shop.UseAsync(db => db.Charges.CountAsync())).Should().Be(0);

        kafka.SetBrokerUp();

        await Eventually.BeTrueAsync(() => shop.UseAsync(db => db.Charges.AnyAsync()), "the order is charged", TimeSpan.FromMinutes(1));
        (await CheckAsync(shop)).Status.Should().Be(HealthStatus.Healthy);
    }

    private static async Task<HealthReportEntry> CheckAsync(SqliteShop shop) =>
        (await shop.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["outbox"];
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Outbox.EndToEnd.Tests.Readme;

namespace Outbox.EndToEnd.Tests.Hosting;

public sealed class OptionsTests
{
    [Fact]
    public async Task Start_SeveralOptionsOutOfRange_NamesThemAllWithTheirLimits()
    {
        await using var shop = new SqliteShop("127.0.0.1:1", services => services.AddOutbox<ShopContext>(outbox => outbox
            .Configure(options => options.Buckets = 0)
            .AddRelay(options => (options.BatchSize, options.LeaseDuration) = (500_000, TimeSpan.FromSeconds(6)))));

        var error = await Record.ExceptionAsync(shop.StartAsync);

        error!.ToString().Should().Contain("Buckets is 0; it must be from 1 to 1024")
            .And.Contain("BatchSize is 500000; it must be from 1 to 20000")
            .And.Contain("RenewInterval is 00:00:05, above half of LeaseDuration, which is 00:00:03");
    }

    [Fact]
    public async Task Start_NoBootstrapServers_NamesTheFix()
    {
        await using var shop = new SqliteShop("");

        var start = shop.StartAsync;

        (await start.Should().ThrowAsync<OptionsValidationException>()).WithMessage("*BootstrapServers*");
    }

    [Fact]
    public async Task Options_InConfiguration_AreBound()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Outbox:MaxMessageBytes"] = "1234",
            ["Outbox:Relay:BatchSize"] = "77",
            ["Outbox:Consumers:billing:Lanes"] = "3",
        };
        await using var shop = new SqliteShop(
            "127.0.0.1:1", services => services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()));
        var name = typeof(ShopContext).FullName;

        shop.Services.GetRequiredService<IOptionsMonitor<OutboxOptions>>().Get(name).MaxMessageBytes.Should().Be(1234);
        shop.Services.GetRequiredService<IOptionsMonitor<RelayOptions>>().Get(name).BatchSize.Should().Be(77);
        shop.Services.GetRequiredService<IOptionsMonitor<ConsumerOptions>>().Get($"{name}:billing").Lanes.Should().Be(3);
    }
}

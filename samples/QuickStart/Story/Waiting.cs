using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using QuickStart.Shop;

namespace QuickStart.Story;

/// <summary>Waits until the database shows something.</summary>
internal static class Waiting
{
    /// <summary>Looks every 50 ms; gives up when the value has not changed for a minute.</summary>
    public static async Task<int> UntilAsync(IServiceProvider services, Func<ShopContext, Task<int>> value, int expected)
    {
        var last = -1;
        var unchanged = Stopwatch.StartNew();
        while (unchanged.Elapsed < TimeSpan.FromMinutes(1))
        {
            await using var scope = services.CreateAsyncScope();
            var now = await value(scope.ServiceProvider.GetRequiredService<ShopContext>());
            if (now >= expected)
            {
                return now;
            }

            if (now != last)
            {
                (last, unchanged) = (now, Stopwatch.StartNew());
            }

            await Task.Delay(50);
        }

        return last;
    }

    public static Task<int> ChargesAsync(IServiceProvider services, int expected) =>
        UntilAsync(services, db => db.Charges.CountAsync(), expected);
}

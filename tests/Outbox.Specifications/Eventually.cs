using System.Diagnostics;

namespace Outbox.Specifications;

/// <summary>Waits for something that other threads or servers do, by looking again and again within a bound.</summary>
public static class Eventually
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    public static Task BeTrueAsync(Func<bool> condition, string because, TimeSpan? bound = null) =>
        BeTrueAsync(() => Task.FromResult(condition()), because, bound);

    public static async Task BeTrueAsync(Func<Task<bool>> condition, string because, TimeSpan? bound = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > (bound ?? Bound))
            {
                throw new TimeoutException($"After {watch.Elapsed.TotalSeconds:0} s it was still not so that {because}.");
            }

            await Task.Delay(5);
        }
    }
}

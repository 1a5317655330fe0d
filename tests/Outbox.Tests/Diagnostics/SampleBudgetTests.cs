using Microsoft.Extensions.Time.Testing;
using Outbox.Diagnostics;

namespace Outbox.Tests.Diagnostics;

public sealed class SampleBudgetTests
{
    [Fact]
    public void TryTake_MoreThanATenthMayHave_AdmitsThatManyInEachTenth()
    {
        var time = new FakeTimeProvider();
        var budget = new SampleBudget();

        Take(5_000).Should().Be(1_000);
        time.Advance(TimeSpan.FromMilliseconds(99));
        Take(10).Should().Be(0, "the tenth is not over");
        time.Advance(TimeSpan.FromMilliseconds(1));
        Take(5_000).Should().Be(1_000);

        int Take(int times) => Enumerable.Range(0, times).Count(_ => budget.TryTake(time));
    }
}

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Outbox.Health;

/// <summary>Gathers what a check finds. The worst counts.</summary>
internal sealed class HealthReport
{
    private readonly List<string> _problems = [];

    public Dictionary<string, object> Data { get; } = new(StringComparer.Ordinal);

    public HealthStatus Worst { get; private set; } = HealthStatus.Healthy;

    public void Degraded(string problem) => Add(HealthStatus.Degraded, problem);

    public void Unhealthy(string problem) => Add(HealthStatus.Unhealthy, problem);

    /// <summary>Compares with two limits.</summary>
    public void Judge<T>(T value, T? degraded, T? unhealthy, string problem)
        where T : struct, IComparable<T>
    {
        if (unhealthy is { } worse && value.CompareTo(worse) > 0)
        {
            Unhealthy(problem);
        }
        else if (degraded is { } bad && value.CompareTo(bad) > 0)
        {
            Degraded(problem);
        }
    }

    /// <param name="failureStatus">What the application calls unhealthy.</param>
    public HealthCheckResult ToResult(HealthStatus failureStatus) => Worst == HealthStatus.Healthy
        ? HealthCheckResult.Healthy(data: Data)
        : new HealthCheckResult(Worst == HealthStatus.Unhealthy ? failureStatus : Worst, string.Join(' ', _problems), data: Data);

    private void Add(HealthStatus status, string problem)
    {
        _problems.Add(problem);
        Worst = status < Worst ? status : Worst;
    }
}

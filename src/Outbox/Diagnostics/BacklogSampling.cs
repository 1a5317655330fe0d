namespace Outbox.Diagnostics;

/// <summary>How one database is looked at.</summary>
/// <param name="Interval">How often; zero for never.</param>
/// <param name="ForMetrics">Whether the process shows what it finds as metrics: those that relay do, so that not every writer asks the same.</param>
internal readonly record struct BacklogSampling(TimeSpan Interval, bool ForMetrics);

using Outbox.Operations;

namespace Outbox.Diagnostics;

/// <summary>What was last found in one database, for health checks. Written by the sampler, read by anybody.</summary>
internal sealed class BacklogSamples
{
    private volatile OutboxOverview? _latest;
    private volatile string? _error;
    private volatile bool _isWanted;

    /// <summary>The last look; null before the first, and while looking fails.</summary>
    public OutboxOverview? Latest => _latest;

    /// <summary>Why the last look failed; null where it did not.</summary>
    public string? Error => _error;

    /// <summary>Whether a health check has asked, so that looking has a use.</summary>
    public bool IsWanted => _isWanted;

    public void Want() => _isWanted = true;

    public void Took(OutboxOverview overview) => (_latest, _error) = (overview, null);

    public void Failed(string error) => (_latest, _error) = (null, error);
}

namespace BackfillFeature;

/// <summary>Which version of the service runs: a real one would be deployed anew.</summary>
internal sealed class Release
{
    private volatile bool _hasPoints;

    public bool HasPoints
    {
        get => _hasPoints;
        set => _hasPoints = value;
    }
}

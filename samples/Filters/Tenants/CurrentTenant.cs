namespace Samples.Tenants;

/// <summary>The tenant for which this flow of calls works. A web application would set it from the request.</summary>
public sealed class CurrentTenant
{
    private readonly AsyncLocal<string?> _name = new();

    public string? Name
    {
        get => _name.Value;
        set => _name.Value = value;
    }
}

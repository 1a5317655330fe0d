namespace Samples.Regions;

/// <summary>The region in which this process runs.</summary>
public sealed record SendingRegion(string Name);

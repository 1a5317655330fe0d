namespace Outbox.Specifications.Transport;

/// <summary>What a transport under test can be made to show.</summary>
[Flags]
public enum TransportCapabilities
{
    None = 0,

    /// <summary>A message can be made to be refused: <see cref="TransportSpecification.CreateTopicAsync"/> with a limit, or <see cref="TransportSpecification.RefuseNextAsync"/>.</summary>
    Refusals = 1,

    /// <summary>There is a <see cref="TransportVariant.SmallQueue"/>.</summary>
    SmallQueue = 2,

    /// <summary>There is an <see cref="TransportVariant.Unreachable"/> broker.</summary>
    Unreachable = 4,

    All = Refusals | SmallQueue | Unreachable,
}

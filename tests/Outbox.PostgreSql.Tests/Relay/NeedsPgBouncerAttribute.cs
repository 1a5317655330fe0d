using Outbox.Specifications.Running;
using Outbox.Specifications.Servers;

namespace Outbox.PostgreSql.Tests.Relay;

/// <summary>The suite runs through a transaction pooler, which must be installed.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class NeedsPgBouncerAttribute() : NeedsServerAttribute(
    new ServerResolution(null, null, false, PgBouncer.Program is null ? "pgbouncer is not installed." : null));

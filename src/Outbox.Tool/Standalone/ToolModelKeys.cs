using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Outbox.Tool.Standalone;

/// <summary>The names of the tables are part of the model, so models are told apart by them.</summary>
internal sealed class ToolModelKeys : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) => (context.GetType(), (context as ToolContext)?.Tables, designTime);
}

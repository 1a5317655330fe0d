using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Operating.Tests;

/// <summary>The C# block of docs/operating.md about the dashboard.</summary>
public static class DashboardExample
{
    public static void Map(WebApplicationBuilder builder)
    {
        #region dashboard
        builder.Services.AddOutboxDashboard();
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy("operators", policy => policy.RequireRole("operators"))
            .AddPolicy("support", policy => policy.RequireRole("operators", "support"));

        var app = builder.Build();
        app.MapOutboxDashboard("/outbox", dashboard =>
        {
            dashboard.ReadPolicy = "support";
            dashboard.ActPolicy = "operators"; // PayloadPolicy is not set: nobody sees a payload
        });
        #endregion
    }
}

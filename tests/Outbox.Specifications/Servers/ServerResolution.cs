namespace Outbox.Specifications.Servers;

/// <summary>
/// Decides where a test's server comes from: an address in the environment, the local servers' folder, Docker, or nowhere.
/// </summary>
/// <param name="Address">An address that was given, or null.</param>
/// <param name="Script">A script that starts a local server, or null.</param>
/// <param name="Docker">Whether a container can be tried.</param>
/// <param name="SkipReason">Why there is no server, or null where there is one.</param>
public sealed record ServerResolution(string? Address, string? Script, bool Docker, string? SkipReason)
{
    public static ServerResolution Kafka { get; } = Resolve("KAFKA_BOOTSTRAP_SERVERS", "kafka/bin/kafka", "java");

    public static ServerResolution PostgreSql { get; } = Resolve("ConnectionStrings__Outbox", "postgres/bin/pg", "pg_ctl");

    /// <summary>The folder with the local servers, or null: <c>OUTBOX_TEST_SERVERS</c>, else <c>shared</c> beside the repository.</summary>
    public static string? LocalServersFolder { get; } = FindLocalServers();

    /// <summary>What a test attribute gives as its skip reason. In CI a server that is missing fails the test instead.</summary>
    public string? Skip => Environment.GetEnvironmentVariable("CI") == "true" ? null : SkipReason;

    private static ServerResolution Resolve(string variable, string script, string program)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } address)
        {
            return new ServerResolution(address, null, false, null);
        }

        var path = FindLocalServers() is { } folder ? Path.Combine(folder, script) : null;
        if (path is not null && File.Exists(path) && IsInstalled(program))
        {
            return new ServerResolution(null, path, false, null);
        }

        if (HasDocker())
        {
            return new ServerResolution(null, null, true, null);
        }

        var missing = path is not null && File.Exists(path) ? $"{path} needs {program}, which is not installed" : "no local servers";
        return new ServerResolution(null, null, false, $"Set {variable}, or OUTBOX_TEST_SERVERS, or start Docker ({missing}).");
    }

    private static string? FindLocalServers()
    {
        if (Environment.GetEnvironmentVariable("OUTBOX_TEST_SERVERS") is { Length: > 0 } named)
        {
            return Path.GetFullPath(named);
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Outbox.Kafka.sln")))
            {
                var beside = Path.Combine(folder.FullName, "..", "shared");
                return Directory.Exists(beside) ? Path.GetFullPath(beside) : null;
            }
        }

        return null;
    }

    private static bool HasDocker() =>
        Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 }
        || File.Exists("/var/run/docker.sock")
        || (OperatingSystem.IsWindows() && Directory.GetFiles(@"\\.\pipe\").Any(pipe => pipe.EndsWith("docker_engine", StringComparison.Ordinal)));

    private static bool IsInstalled(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Any(folder => File.Exists(Path.Combine(folder, program)))
            || (program == "pg_ctl" && Directory.Exists("/usr/lib/postgresql"));
    }
}

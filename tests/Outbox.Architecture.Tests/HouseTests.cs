using Outbox.CrashPoints;

namespace Outbox.Architecture.Tests;

public sealed class HouseTests
{
    private static readonly string Root = FindRoot();

    private static IEnumerable<string> SourceFiles => Directory.GetFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    [Fact]
    public void SourceFiles_AreShort() => SourceFiles.Where(file => File.ReadLines(file).Count() > 350).Should().BeEmpty();

    [Fact]
    public void Rooms_EachHasAReadmeThatFitsOnAScreen()
    {
        var rooms = SourceFiles.Select(file => Path.GetRelativePath(Path.Combine(Root, "src"), file).Split(Path.DirectorySeparatorChar))
            .Where(path => path.Length > 2)
            .Select(path => Path.Combine(Root, "src", path[0], path[1], "README.md"))
            .Distinct()
            .ToList();

        rooms.Where(readme => !File.Exists(readme)).Should().BeEmpty();
        rooms.Where(File.Exists).Where(readme => File.ReadLines(readme).Count() > 20).Should().BeEmpty();
    }

    [Fact]
    public void CrashPoints_EachIsReachedSomewhere_AndOnlyTestsSetTheHook()
    {
        var code = SourceFiles.Where(file => !file.Contains("CrashPoints", StringComparison.Ordinal)).Select(File.ReadAllText).ToList();

        Enum.GetNames<CrashPoint>().Where(point => !code.Any(text => text.Contains($"CrashPoint.{point}", StringComparison.Ordinal))).Should().BeEmpty();
        code.Should().NotContain(text => text.Contains("CrashHook.Reached", StringComparison.Ordinal));
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Outbox.Kafka.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}

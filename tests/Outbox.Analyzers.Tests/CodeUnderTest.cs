using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Outbox.Analyzers.Tests;

/// <summary>A piece of a user's program, compiled against the real library.</summary>
internal static class CodeUnderTest
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;
        using Confluent.Kafka;
        using Microsoft.EntityFrameworkCore;
        using Microsoft.Extensions.DependencyInjection;
        using Outbox;

        """;

    private const string Shop = """

        public sealed record OrderPlaced(int Id);
        public sealed record OrderPaid(int Id);
        public class ShopContext(DbContextOptions options) : DbContext(options)
        {
            public DbSet<object> Orders => Set<object>();
            public Task SaveAllAsync() => SaveChangesAsync();
            public override Task<int> SaveChangesAsync(CancellationToken cancellationToken = default) => base.SaveChangesAsync(cancellationToken);
        }
        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    private static readonly CSharpCompilationOptions Options = new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);

    /// <summary>What a rule says of some classes: for each finding the text it points to.</summary>
    public static async Task<string[]> FindAsync(DiagnosticAnalyzer rule, string classes)
    {
        var tree = CSharpSyntaxTree.ParseText(Whole(classes));
        var found = await FindAsync(rule, CSharpCompilation.Create("Shop", [tree], References, Options));
        return [.. found.Select(diagnostic => tree.GetText().ToString(diagnostic.Location.SourceSpan))];
    }

    public static async Task<Diagnostic[]> FindAsync(DiagnosticAnalyzer rule, Compilation compilation)
    {
        compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Should().BeEmpty("only code that compiles says something about a rule");
        var found = await compilation.WithAnalyzers([rule]).GetAllDiagnosticsAsync();
        found.Should().NotContain(diagnostic => diagnostic.Id == "AD0001", "a rule that throws is switched off by the compiler");
        return [.. found.Where(diagnostic => rule.SupportedDiagnostics.Any(known => known.Id == diagnostic.Id)).OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start)];
    }

    /// <summary>A project with the classes, for code fixes.</summary>
    public static Document Open(AdhocWorkspace workspace, string classes) => workspace
        .AddProject("Shop", LanguageNames.CSharp).WithCompilationOptions(Options).WithMetadataReferences(References)
        .AddDocument("Shop.cs", Whole(classes));

    private static string Whole(string classes) => Usings + classes + Shop;
}

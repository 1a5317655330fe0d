using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Outbox.Analyzers.Rules;

/// <summary>A rule: looks at code that people wrote, and registers what it looks at once for each compilation.</summary>
internal abstract class OutboxRule(DiagnosticDescriptor descriptor) : DiagnosticAnalyzer
{
    public sealed override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [descriptor];

    public sealed override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(Start);
    }

    /// <summary>Registers nothing where the compilation does not know the library's types.</summary>
    protected abstract void Start(CompilationStartAnalysisContext start);
}

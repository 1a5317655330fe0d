using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Outbox.Analyzers.Rules;

/// <summary>Finds catches around awaited work in handlers that take cancellation too and throw nothing.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class SwallowedCancellationAnalyzer() : OutboxRule(Descriptors.SwallowedCancellation)
{
    protected override void Start(CompilationStartAnalysisContext start)
    {
        var handlers = KnownTypes.HandlerInterfaces(start.Compilation);
        if (handlers.Length > 0 && start.Compilation.GetTypeByMetadataName("System.OperationCanceledException") is { } cancelled)
        {
            start.RegisterOperationAction(operation => Look(operation, handlers, cancelled), OperationKind.Try);
        }
    }

    private static void Look(OperationAnalysisContext context, INamedTypeSymbol[] handlers, INamedTypeSymbol cancelled)
    {
        var attempt = (ITryOperation)context.Operation;
        if (!KnownTypes.Implements(context.ContainingSymbol.ContainingType, handlers) || !attempt.Body.Descendants().OfType<IAwaitOperation>().Any())
        {
            return;
        }

        // The first that takes every cancellation is the one that counts: nothing comes through to those below it.
        var taker = attempt.Catches.FirstOrDefault(clause => clause.Filter is null && TakesCancellation(clause, cancelled));
        if (taker is not null && !taker.Handler.Descendants().OfType<IThrowOperation>().Any())
        {
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.SwallowedCancellation, ((CatchClauseSyntax)taker.Syntax).CatchKeyword.GetLocation()));
        }
    }

    private static bool TakesCancellation(ICatchClauseOperation clause, INamedTypeSymbol cancelled) =>
        clause.ExceptionType is { } type && (type.SpecialType == SpecialType.System_Object || KnownTypes.Derives(cancelled, (INamedTypeSymbol)type));
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Outbox.Analyzers.Rules;

/// <summary>Finds calls of Kafka's producer in the class of a handler.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class DirectSendAnalyzer() : OutboxRule(Descriptors.DirectSend)
{
    protected override void Start(CompilationStartAnalysisContext start)
    {
        var handlers = KnownTypes.HandlerInterfaces(start.Compilation);
        if (handlers.Length > 0 && start.Compilation.GetTypeByMetadataName(KnownTypes.Producer) is { } producer)
        {
            start.RegisterOperationAction(operation => Look(operation, handlers, producer), OperationKind.Invocation);
        }
    }

    private static void Look(OperationAnalysisContext context, INamedTypeSymbol[] handlers, INamedTypeSymbol producer)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.Name is "Produce" or "ProduceAsync"
            && KnownTypes.Implements(call.Instance?.Type, producer)
            && KnownTypes.Implements(context.ContainingSymbol.ContainingType, handlers))
        {
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.DirectSend, call.Syntax.GetLocation(), call.TargetMethod.Name));
        }
    }
}

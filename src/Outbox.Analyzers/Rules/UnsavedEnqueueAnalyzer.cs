using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Outbox.Analyzers.Rules;

/// <summary>Finds an <c>Enqueue</c> on a context that its method makes, keeps to itself and does not save afterwards.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class UnsavedEnqueueAnalyzer() : OutboxRule(Descriptors.UnsavedEnqueue)
{
    protected override void Start(CompilationStartAnalysisContext start)
    {
        if (start.Compilation.GetTypeByMetadataName(KnownTypes.Enqueueing) is { } enqueueing
            && start.Compilation.GetTypeByMetadataName(KnownTypes.DbContext) is { } dbContext)
        {
            start.RegisterOperationBlockAction(block => Look(block, enqueueing, dbContext));
        }
    }

    private static void Look(OperationBlockAnalysisContext context, INamedTypeSymbol enqueueing, INamedTypeSymbol dbContext)
    {
        var operations = context.OperationBlocks.SelectMany(block => block.DescendantsAndSelf()).ToList();
        var enqueues = operations.OfType<IInvocationOperation>()
            .Where(call => SymbolEqualityComparer.Default.Equals(call.TargetMethod.ContainingType, enqueueing))
            .Select(call => (Call: call, Local: LocalOf(call.Arguments.FirstOrDefault()?.Value)))
            .Where(enqueue => enqueue.Local is not null)
            .ToList();
        foreach (var group in enqueues.GroupBy(enqueue => enqueue.Local!, SymbolEqualityComparer.Default))
        {
            var local = (ILocalSymbol)group.Key!;
            var uses = operations.OfType<ILocalReferenceOperation>().Where(use => SymbolEqualityComparer.Default.Equals(use.Local, local)).ToList();
            var made = operations.OfType<IVariableDeclaratorOperation>()
                .FirstOrDefault(declarator => SymbolEqualityComparer.Default.Equals(declarator.Symbol, local));
            if (made is null || !IsNew(made) || uses.Any(use => FunctionOf(use) != FunctionOf(made) || Escapes(use, enqueueing, dbContext)))
            {
                continue;
            }

            var saves = uses.Where(use => IsSave(use, dbContext)).ToList();
            foreach (var (call, _) in group.Where(enqueue => !saves.Any(save => ComesBehind(save, enqueue.Call))))
            {
                context.ReportDiagnostic(Diagnostic.Create(Descriptors.UnsavedEnqueue, call.Syntax.GetLocation(), local.Name, call.TargetMethod.Name));
            }
        }
    }

    private static ILocalSymbol? LocalOf(IOperation? value)
    {
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        return (value as ILocalReferenceOperation)?.Local;
    }

    private static bool IsNew(IVariableDeclaratorOperation declarator)
    {
        var value = declarator.Initializer?.Value;
        while (value is IConversionOperation or IAwaitOperation)
        {
            value = value is IAwaitOperation awaited ? awaited.Operation : ((IConversionOperation)value).Operand;
        }

        return value is IObjectCreationOperation or IInvocationOperation { TargetMethod.Name: "CreateDbContext" or "CreateDbContextAsync" };
    }

    /// <summary>The lambda or local function that something is in: when that runs, nobody knows.</summary>
    private static IOperation? FunctionOf(IOperation operation)
    {
        var outer = operation.Parent;
        while (outer is not (null or IAnonymousFunctionOperation or ILocalFunctionOperation))
        {
            outer = outer.Parent;
        }

        return outer;
    }

    /// <summary>Whether somebody else may save the context: it is passed on, returned or kept.</summary>
    private static bool Escapes(ILocalReferenceOperation use, INamedTypeSymbol enqueueing, INamedTypeSymbol dbContext)
    {
        IOperation value = use;
        while (value.Parent is IConversionOperation conversion)
        {
            value = conversion;
        }

        return value.Parent switch
        {
            IArgumentOperation { Parent: IInvocationOperation call } => !SymbolEqualityComparer.Default.Equals(call.TargetMethod.ContainingType, enqueueing),
            IInvocationOperation call => !IsOfEfCore(call.TargetMethod, dbContext),
            IMemberReferenceOperation or IUsingOperation or IConditionalAccessOperation => false,
            _ => true,
        };
    }

    private static bool IsSave(ILocalReferenceOperation use, INamedTypeSymbol dbContext) =>
        use.Parent is IInvocationOperation { TargetMethod: { Name: "SaveChanges" or "SaveChangesAsync" } method } && IsOfEfCore(method, dbContext);

    /// <summary>A method of the user's own context may save; one that overrides EF Core's is EF Core's.</summary>
    private static bool IsOfEfCore(IMethodSymbol method, INamedTypeSymbol dbContext)
    {
        while (method.OverriddenMethod is { } overridden)
        {
            method = overridden;
        }

        return method.Name is "SaveChanges" or "SaveChangesAsync" || SymbolEqualityComparer.Default.Equals(method.ContainingType, dbContext)
            || method.ContainingType.SpecialType == SpecialType.System_Object;
    }

    private static bool ComesBehind(IOperation save, IOperation enqueue)
    {
        if (save.Syntax.SpanStart > enqueue.Syntax.SpanStart)
        {
            return true;
        }

        // Above it in a loop that both are in: the next turn saves it.
        for (var loop = enqueue.Parent; loop is not null; loop = loop.Parent)
        {
            if (loop is ILoopOperation && loop.Syntax.Span.Contains(save.Syntax.Span))
            {
                return true;
            }
        }

        return false;
    }
}

using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Outbox.Analyzers.Rules;

/// <summary>
/// Finds types that are enqueued in the assembly that registers the outbox and are not declared there. Silent as soon as a declaration
/// may be somewhere else.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class UndeclaredMessageAnalyzer() : OutboxRule(Descriptors.UndeclaredMessage)
{
    protected override void Start(CompilationStartAnalysisContext start)
    {
        if (start.Compilation.GetTypeByMetadataName(KnownTypes.Builder) is { } builder
            && start.Compilation.GetTypeByMetadataName(KnownTypes.Enqueueing) is { } enqueueing
            && start.Compilation.GetTypeByMetadataName(KnownTypes.Registering) is { } registering)
        {
            var seen = new Declarations(builder, enqueueing, registering);
            start.RegisterOperationAction(operation => seen.Look((IInvocationOperation)operation.Operation), OperationKind.Invocation);
            start.RegisterCompilationEndAction(seen.Report);
        }
    }

    private sealed class Declarations(INamedTypeSymbol builder, INamedTypeSymbol enqueueing, INamedTypeSymbol registering)
    {
        private readonly ConcurrentBag<ITypeSymbol> _declared = [];
        private readonly ConcurrentBag<(ITypeSymbol Type, Location Place)> _enqueued = [];
        private volatile bool _registers;
        private volatile bool _declaresElsewhere;

        public void Look(IInvocationOperation call)
        {
            var method = call.TargetMethod;
            if (Same(method.ContainingType, builder) && method is { Name: "Message", TypeArguments.Length: 1 })
            {
                var declared = method.TypeArguments[0];
                _declared.Add(declared);
                _declaresElsewhere |= declared.TypeKind == TypeKind.TypeParameter;
            }
            else if (Same(method.ContainingType, registering))
            {
                _registers = true;
            }
            else if (Same(method.ContainingType, enqueueing) && method.TypeArguments.Length == 1)
            {
                _enqueued.Add((method.TypeArguments[0], call.Syntax.GetLocation()));
            }
            else if (!IsOfTheLibrary(method.ContainingAssembly)
                && !Same(method.ContainingAssembly, call.SemanticModel?.Compilation.Assembly)
                && call.Arguments.Any(argument => Same(argument.Value.Type, builder)))
            {
                _declaresElsewhere = true;
            }
        }

        public void Report(CompilationAnalysisContext context)
        {
            if (!_registers || _declaresElsewhere)
            {
                return;
            }

            foreach (var (type, place) in _enqueued)
            {
                // Which class an interface, a base or a parameter stands for is known only when it runs.
                var decidesLater = type.IsAbstract || type.TypeKind == TypeKind.TypeParameter || type.SpecialType == SpecialType.System_Object;
                if (!decidesLater && !_declared.Any(declared => KnownTypes.Derives(declared, (INamedTypeSymbol)type)))
                {
                    context.ReportDiagnostic(Diagnostic.Create(Descriptors.UndeclaredMessage, place, type.Name));
                }
            }
        }

        /// <summary>The library's own packages; their extension methods declare no messages.</summary>
        private static bool IsOfTheLibrary(IAssemblySymbol? assembly) => assembly is { Name: var name } && (name == "Outbox" || name.StartsWith("Outbox.", StringComparison.Ordinal));

        private static bool Same(ISymbol? one, ISymbol? other) => SymbolEqualityComparer.Default.Equals(one, other);
    }
}

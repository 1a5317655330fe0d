using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace Outbox.Analyzers.Fixes;

/// <summary>Adds <c>when (exception is not OperationCanceledException)</c> to a catch of everything.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
internal sealed class LeaveCancellationOut : CodeFixProvider
{
    private const string Title = "Leave cancellation out";

    public override ImmutableArray<string> FixableDiagnosticIds => ["OUTBOX004"];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var clause = root?.FindToken(context.Span.Start).Parent?.FirstAncestorOrSelf<CatchClauseSyntax>();

        // One that catches cancellation and nothing else would catch nothing: what was meant, only its author knows.
        if (clause is { Declaration: null } or { Declaration.Type: IdentifierNameSyntax { Identifier.Text: "Exception" } or QualifiedNameSyntax { Right.Identifier.Text: "Exception" } })
        {
            context.RegisterCodeFix(
                CodeAction.Create(Title, _ => Task.FromResult(context.Document.WithSyntaxRoot(root!.ReplaceNode(clause, Filtered(clause)))), Title),
                context.Diagnostics);
        }
    }

    private static CatchClauseSyntax Filtered(CatchClauseSyntax clause)
    {
        var declaration = clause.Declaration ?? SyntaxFactory.CatchDeclaration(SyntaxFactory.IdentifierName("Exception"));
        var name = declaration.Identifier.IsKind(SyntaxKind.None) ? "exception" : declaration.Identifier.ValueText;
        var filter = SyntaxFactory.CatchFilterClause(SyntaxFactory.ParseExpression($"{name} is not OperationCanceledException"));
        return clause
            .WithCatchKeyword(clause.CatchKeyword.WithTrailingTrivia(SyntaxFactory.Space))
            .WithDeclaration(declaration.WithIdentifier(SyntaxFactory.Identifier(name)).WithoutTrailingTrivia())
            .WithFilter(filter.NormalizeWhitespace().WithLeadingTrivia(SyntaxFactory.Space).WithTrailingTrivia(
                clause.Declaration?.GetTrailingTrivia() ?? clause.CatchKeyword.TrailingTrivia))
            .WithAdditionalAnnotations(Formatter.Annotation);
    }
}

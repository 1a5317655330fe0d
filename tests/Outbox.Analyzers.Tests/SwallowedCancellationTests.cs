using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Outbox.Analyzers.Fixes;
using Outbox.Analyzers.Rules;

namespace Outbox.Analyzers.Tests;

public sealed class SwallowedCancellationTests
{
    [Theory]
    [InlineData("catch (Exception) { }")]
    [InlineData("catch { }")]
    [InlineData("catch (Exception e) { Console.WriteLine(e); }")]
    [InlineData("catch (OperationCanceledException) { }")]
    [InlineData("catch (InvalidOperationException) { throw; } catch (Exception) { }")]
    public async Task Catch_ThatTakesCancellationAndThrowsNothing_IsFound(string clauses) =>
        (await FindAsync(clauses, " : IMessageHandler<OrderPlaced>")).Should().Equal("catch");

    [Theory]
    [InlineData("catch (Exception e) when (e is not OperationCanceledException) { }")]
    [InlineData("catch (InvalidOperationException) { }")]
    [InlineData("catch (Exception) { Console.WriteLine(); throw; }")]
    [InlineData("catch (OperationCanceledException) { throw; } catch (Exception) { }")]
    [InlineData("finally { }")]
    public async Task Catch_ThatLetsCancellationThrough_IsNotFound(string clauses) =>
        (await FindAsync(clauses, " : IMessageHandler<OrderPlaced>")).Should().BeEmpty();

    [Fact]
    public async Task Catch_InAClassThatHandlesNothing_IsNotFound() => (await FindAsync("catch (Exception) { }", "")).Should().BeEmpty();

    [Theory]
    [InlineData("catch (Exception) { }", "catch (Exception exception) when (exception is not OperationCanceledException) { }")]
    [InlineData("catch (Exception e) { Console.WriteLine(e); }", "catch (Exception e) when (e is not OperationCanceledException) { Console.WriteLine(e); }")]
    [InlineData("catch { }", "catch (Exception exception) when (exception is not OperationCanceledException) { }")]
    public async Task Fix_OfACatchOfEverything_LeavesCancellationOut(string before, string after)
    {
        using var workspace = new AdhocWorkspace();
        var document = CodeUnderTest.Open(workspace, Handler(before, " : IMessageHandler<OrderPlaced>"));

        var fixedDocument = await FixAsync(document);

        var text = (await fixedDocument!.GetTextAsync()).ToString();
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Should().Contain(after);
        (await CodeUnderTest.FindAsync(new SwallowedCancellationAnalyzer(), (await fixedDocument.Project.GetCompilationAsync())!)).Should().BeEmpty();
    }

    [Fact]
    public async Task Fix_OfACatchOfCancellationAlone_IsNotOffered()
    {
        using var workspace = new AdhocWorkspace();
        (await FixAsync(CodeUnderTest.Open(workspace, Handler("catch (OperationCanceledException) { }", " : IMessageHandler<OrderPlaced>"))))
            .Should().BeNull("it would catch nothing then, and what was meant only its author knows");
    }

    private static async Task<Document?> FixAsync(Document document)
    {
        var compilation = await document.Project.GetCompilationAsync();
        var found = await CodeUnderTest.FindAsync(new SwallowedCancellationAnalyzer(), compilation!);
        CodeAction? action = null;
        await new LeaveCancellationOut().RegisterCodeFixesAsync(new CodeFixContext(document, found.Single(), (offered, _) => action = offered, default));
        if (action is null)
        {
            return null;
        }

        var change = (await action.GetOperationsAsync(default)).OfType<ApplyChangesOperation>().Single();
        return change.ChangedSolution.GetDocument(document.Id);
    }

    private static Task<string[]> FindAsync(string clauses, string handles) =>
        CodeUnderTest.FindAsync(new SwallowedCancellationAnalyzer(), Handler(clauses, handles));

    private static string Handler(string clauses, string handles) => $$"""
        public sealed class Charge{{handles}}
        {
            public async Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellationToken)
            {
                try { await Task.Delay(1, cancellationToken); }
                {{clauses}}
            }
        }
        """;
}

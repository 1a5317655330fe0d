namespace Samples;

/// <summary>Collects what was seen, and says at the end whether it was what it should be.</summary>
internal sealed class Checklist(TextWriter output)
{
    private bool _failed;

    public void Step(string text) => output.WriteLine($"\n{text}");

    public void Check(bool isTrue, string claim)
    {
        _failed |= !isTrue;
        output.WriteLine($"   {(isTrue ? "[ok]    " : "[FAILED]")} {claim}");
    }

    public int ExitCode()
    {
        output.WriteLine(_failed ? "\nSomething above is not as it should be." : "\nAll of it was seen.");
        return _failed ? 1 : 0;
    }
}

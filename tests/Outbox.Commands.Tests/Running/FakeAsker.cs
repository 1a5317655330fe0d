using Outbox.Commands.Running;

namespace Outbox.Commands.Tests.Running;

/// <summary>A person who always gives the same answer, or nobody.</summary>
internal sealed class FakeAsker(bool? answer) : IAsker
{
    public List<string> Questions { get; } = [];

    public bool CanAsk => answer is not null;

    public bool Ask(string question)
    {
        Questions.Add(question);
        return answer!.Value;
    }
}

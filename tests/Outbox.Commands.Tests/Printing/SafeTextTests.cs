using Outbox.Commands.Printing;

namespace Outbox.Commands.Tests.Printing;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("größer [red]", "größer [red]")]
    [InlineData("\u001b[2Jgone", "\\u001b[2Jgone")]
    [InlineData("a\r\nb", "a\\u000d\\u000ab")]
    [InlineData("a\u202Eb", "a\\u202eb")]
    [InlineData("a\u009Bb", "a\\u009bb")]
    [InlineData(null, "")]
    public void Of_TextFromOutside_CannotSteerTheTerminal(string? text, string safe) => SafeText.Of(text).Should().Be(safe);

    [Fact]
    public void Cut_LongText_EndsWithADot() => SafeText.Cut(new string('x', 200), 10).Should().Be("xxxxxxxxx…");
}

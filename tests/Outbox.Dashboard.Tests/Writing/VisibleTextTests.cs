using Outbox.Dashboard.Writing;

namespace Outbox.Dashboard.Tests.Writing;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("plain ä 🙂", "plain ä 🙂")]
    [InlineData("a\u202Eb", "a\\u202Eb")]
    [InlineData("a\0b\u001b[31m", "a\\u0000b\\u001B[31m")]
    [InlineData("line\nline\ttab", "line\nline\ttab")]
    [InlineData(null, "")]
    public void Of_CharactersThatSteer_AreWrittenOut(string? text, string expected) => VisibleText.Of(text).Should().Be(expected);

    [Fact]
    public void Of_HalfACharacter_IsWrittenOut() => VisibleText.Of("a" + '\ud800').Should().Be("a\\uD800");

    [Fact]
    public void Html_WhateverIsPutIn_IsText()
    {
        var name = "<b>\"'&";
        HtmlText inner = $"<i>{name}</i>";

        HtmlText html = $"<p title=\"{name}\">{inner}{5}</p>";

        html.ToString().Should().Be("<p title=\"&lt;b&gt;&quot;&#x27;&amp;\"><i>&lt;b&gt;&quot;&#x27;&amp;</i>5</p>");
    }
}

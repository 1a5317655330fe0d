using Outbox.Operations;

namespace Outbox.Tests.Operations;

public sealed class KeyTextTests
{
    [Theory]
    [InlineData(new byte[0], "")]
    [InlineData(new byte[] { 0x61 }, "a")]
    [InlineData(new byte[] { 0xC3, 0xBC }, "ü")]
    [InlineData(new byte[] { 0xFF }, "base64:/w==")]
    [InlineData(new byte[] { 0x1B, 0x5B }, "base64:G1s=")]
    [InlineData(new byte[] { 0x62, 0x61, 0x73, 0x65, 0x36, 0x34, 0x3A }, "base64:YmFzZTY0Og==")]
    public void Format_AnyKey_GivesATextThatFindsIt(byte[] key, string text)
    {
        KeyText.Format(key).Should().Be(text);
        KeyText.Parse(text).Should().Equal(key);
    }

    [Fact]
    public void Format_NoKey_IsNull() => KeyText.Format(null).Should().BeNull();

    [Fact]
    public void Parse_NoBase64_NamesTheFix() =>
        new Action(() => KeyText.Parse("base64:?")).Should().Throw<OutboxException>().WithMessage("*must be base64*");
}

namespace Outbox.Storage;

/// <summary>Errors as they are stored: bounded, and without what a text column refuses.</summary>
internal static class StoredErrors
{
    public const int MaxTypeLength = 400;

    private const int MostCharacters = 1_000;

    public static string TypeOf(Exception error)
    {
        var name = error.GetType().FullName ?? error.GetType().Name;
        return name.Length <= MaxTypeLength ? name : name[..MaxTypeLength];
    }

    /// <summary>The error's text, cut to 1,000 characters. Half of a surrogate pair is no text, and PostgreSQL stores no zero character.</summary>
    public static string TextOf(Exception error)
    {
        var text = error.Message.Replace('\0', ' ');
        if (text.Length <= MostCharacters)
        {
            return text;
        }

        return text[..(char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)];
    }
}

using System.Globalization;

namespace Outbox.LoadTest;

/// <summary>Options in the form <c>--name value</c>, or <c>--name</c> alone.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public static bool TryParse(ReadOnlySpan<string> args, out Arguments arguments)
    {
        arguments = new Arguments();
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                return false;
            }

            var hasValue = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal);
            arguments._values[args[i][2..]] = hasValue ? args[i + 1] : "";
            i += hasValue ? 1 : 0;
        }

        return true;
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <exception cref="ArgumentException">The option is missing.</exception>
    public string Required(string name) => Text(name) ?? throw new ArgumentException($"--{name} is missing.");

    /// <exception cref="ArgumentException">The value is not a number of at least <paramref name="least"/>.</exception>
    public int Number(string name, int fallback, int least = 1)
    {
        if (Text(name) is not { } text)
        {
            return fallback;
        }

        return int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new ArgumentException($"--{name} must be a whole number of at least {least}, not '{text}'.");
    }
}

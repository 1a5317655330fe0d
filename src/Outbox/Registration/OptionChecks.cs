using System.Globalization;
using Microsoft.Extensions.Options;

namespace Outbox.Registration;

/// <summary>Gathers everything that is wrong with one options class, in words that name the option, its value and what it may be.</summary>
internal sealed class OptionChecks(string section)
{
    private readonly List<string> _failures = [];

    public void Range<T>(string option, T value, T min, T max)
        where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
        {
            Fail(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be from {min} to {max}."));
        }
    }

    public void NotAbove<T>(string option, T value, string limitName, T limit)
        where T : IComparable<T>
    {
        if (value.CompareTo(limit) > 0)
        {
            Fail(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}, above {limitName}, which is {limit}."));
        }
    }

    public void Defined<T>(string option, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Fail($"{option} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    public void Fail(string failure) => _failures.Add(section.Length == 0 ? $"Outbox: {failure}" : $"Outbox:{section}: {failure}");

    public ValidateOptionsResult Result() =>
        _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);
}

using System.Reflection;
using System.Reflection.Emit;

namespace Outbox.Architecture.Tests;

/// <summary>Which types a type uses: in its signatures, its attributes and the instructions of its methods.</summary>
internal static class TypeUses
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public static HashSet<Type> Of(Type type)
    {
        var uses = new HashSet<Type>();
        Add(uses, type.BaseType);
        foreach (var contract in type.GetInterfaces())
        {
            Add(uses, contract);
        }

        foreach (var field in type.GetFields(Everything))
        {
            Add(uses, field.FieldType);
        }

        foreach (var method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
        {
            AddMethod(uses, method);
        }

        return uses;
    }

    private static void AddMethod(HashSet<Type> uses, MethodBase method)
    {
        foreach (var parameter in method.GetParameters())
        {
            Add(uses, parameter.ParameterType);
        }

        Add(uses, (method as MethodInfo)?.ReturnType);
        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        foreach (var local in body.LocalVariables)
        {
            Add(uses, local.LocalType);
        }

        foreach (var token in Tokens(body.GetILAsByteArray()!))
        {
            AddMember(uses, Resolve(method, token));
        }
    }

    private static void AddMember(HashSet<Type> uses, MemberInfo? member)
    {
        switch (member)
        {
            case Type type:
                Add(uses, type);
                break;
            case MethodBase method:
                Add(uses, method.DeclaringType);
                foreach (var argument in method.IsGenericMethod ? method.GetGenericArguments() : [])
                {
                    Add(uses, argument);
                }

                break;
            case FieldInfo field:
                Add(uses, field.DeclaringType);
                break;
        }
    }

    private static MemberInfo? Resolve(MethodBase method, int token)
    {
        try
        {
            var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
            return method.Module.ResolveMember(token, typeArguments, method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (ArgumentException)
        {
            return null; // a string or a signature: no member
        }
    }

    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (var i = 0; i < code.Length;)
        {
            var value = code[i] == 0xFE ? unchecked((short)(0xFE00 | code[i + 1])) : code[i];
            var operation = Codes[value];
            i += operation.Size;
            switch (operation.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    yield return BitConverter.ToInt32(code, i);
                    i += 4;
                    break;
                case OperandType.InlineSwitch:
                    i += 4 + (4 * BitConverter.ToInt32(code, i));
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    i += 1;
                    break;
                case OperandType.InlineVar:
                    i += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    i += 8;
                    break;
                default:
                    i += 4;
                    break;
            }
        }
    }

    private static void Add(HashSet<Type> uses, Type? type)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }

        if (type.HasElementType)
        {
            Add(uses, type.GetElementType());
            return;
        }

        foreach (var argument in type.IsGenericType ? type.GetGenericArguments() : [])
        {
            Add(uses, argument);
        }

        uses.Add(type.IsGenericType ? type.GetGenericTypeDefinition() : type);
    }
}

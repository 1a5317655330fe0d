using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Update;

namespace Outbox.Capture;

/// <summary>
/// Lends entities the values that the database generated for them. EF keeps such values aside until the save is accepted and would
/// take a key that it finds in the entity for the application's own when the save is tried again, so they are taken back at once.
/// Shadow properties and those of complex types are left alone.
/// </summary>
internal sealed class GeneratedValues : IDisposable
{
    private readonly List<(MemberInfo Member, object Entity, object? Before)> _lent = [];

    private GeneratedValues()
    {
    }

    public static GeneratedValues Lend(IEnumerable<IUpdateEntry> entries)
    {
        var values = new GeneratedValues();
        foreach (var entry in entries)
        {
            if (entry.EntityState is not (EntityState.Added or EntityState.Modified))
            {
                continue;
            }

            foreach (var property in entry.EntityType.GetProperties())
            {
                if (!property.IsShadowProperty() && !property.IsIndexerProperty() && entry.HasStoreGeneratedValue(property))
                {
                    values.Lend(entry, property);
                }
            }
        }

        return values;
    }

    public void Dispose()
    {
        foreach (var (member, entity, before) in _lent)
        {
            Set(member, entity, before);
        }
    }

    private void Lend(IUpdateEntry entry, IProperty property)
    {
        var entity = entry.ToEntityEntry().Entity;
        var member = property.GetMemberInfo(forMaterialization: true, forSet: true);
        _lent.Add((member, entity, property.GetGetter().GetClrValue(entity)));
        Set(member, entity, entry.GetCurrentValue(property));
    }

    private static void Set(MemberInfo member, object entity, object? value)
    {
        if (member is FieldInfo field)
        {
            field.SetValue(entity, value);
        }
        else
        {
            ((PropertyInfo)member).SetValue(entity, value);
        }
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Tests.Unit.Ledger.Auditing;

public class AuditJsonTests
{
    private static readonly JsonSerializerOptions Reflected = new(LedgerStore.Json) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    public static TheoryData<Type> Types =>
        [.. LedgerStore.EventTypes.Values, typeof(Payment), typeof(Order), typeof(List<Story>), typeof(PaymentPage)];

    [Theory]
    [MemberData(nameof(Types))]
    public void What_an_auditor_reads_needs_no_reflection(Type type) =>
        Assert.IsAssignableFrom<JsonSerializerContext>(AuditJson.Options.GetTypeInfo(type).OriginatingResolver);

    [Theory]
    [MemberData(nameof(Types))]
    public void What_the_compiler_says_of_a_type_is_what_reflection_says(Type type)
    {
        var reflected = Said([], type, Reflected);
        Assert.NotEmpty(reflected);
        Assert.Equal(reflected, Said([], type, AuditJson.Options));
        Assert.Equal(reflected, Said([], type, AuditJson.Compiled));
    }

    // Types that a type is made of, each with its properties in the order in which they are written; words as they are written.
    private static List<string> Said(List<string> said, Type type, JsonSerializerOptions options)
    {
        var info = options.GetTypeInfo(type);
        if (said.Exists(s => s.StartsWith($"{type}:", StringComparison.Ordinal)))
            return said;
        said.Add($"{type}: {info.Kind}{(type.IsEnum ? string.Concat(Enum.GetValues(type).Cast<object>().Select(v => $" {JsonSerializer.Serialize(v, info)}")) : "")}");
        if (info.ElementType is { } element)
            Said(said, element, options);
        foreach (var property in info.Properties.Where(p => p.Get is not null || p.Set is not null))
        {
            said.Add($"{type}.{property.Name} {property.PropertyType} required {property.IsRequired} null {property.IsGetNullable} {property.IsSetNullable} order {property.Order}");
            Said(said, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, options);
        }

        return said;
    }
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace KkiaEvents.Ledger.Storage;

/// <summary>
/// <see cref="LedgerStore.Json"/>'s form for a program that ends at once: what an auditor reads is known to the compiler, and
/// need not be found out by reflection.
/// </summary>
public static class AuditJson
{
    /// <summary>What the compiler knows, and nothing else: all that a natively compiled program has.</summary>
    public static readonly JsonSerializerOptions Compiled = new(JsonSerializerDefaults.Web) { TypeInfoResolver = AuditJsonContext.Default };

    /// <summary>The same, and by reflection whatever else is printed, where there is reflection.</summary>
    public static readonly JsonSerializerOptions Options = JsonSerializer.IsReflectionEnabledByDefault
        ? new(LedgerStore.Json) { TypeInfoResolver = JsonTypeInfoResolver.Combine(AuditJsonContext.Default, new DefaultJsonTypeInfoResolver()) }
        : Compiled;
}

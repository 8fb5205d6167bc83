using System.Text.Json;
using System.Text.Json.Serialization;
using JasperFx;
using JasperFx.Events;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Circuits;
using KkiaEvents.Ledger.Deliveries;
using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Rechecks;
using Marten;
using Marten.Services;
using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>Marten's set-up, in one place.</summary>
public static class LedgerStore
{
    /// <summary>How stored events and documents are written; also how the relay reads them.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>What is stored in streams, by the name it is stored under (<see cref="StoredTypes"/>).</summary>
    public static IReadOnlyDictionary<string, Type> EventTypes => StoredTypes.ByName;

    /// <summary>Applies the set-up.</summary>
    public static void Configure(StoreOptions marten, LedgerOptions options, NpgsqlDataSource dataSource)
    {
        marten.Connection(dataSource);
        marten.DatabaseSchemaName = options.Schema;
        // The schema is made at start or by a command, never in passing by the first payment.
        marten.AutoCreateSchemaObjects = AutoCreate.None;
        // Casing and enums are said again: Marten sets both on its own copy of the options.
        marten.Serializer(new SystemTextJsonSerializer(Json) { Casing = Weasel.Core.Casing.CamelCase, EnumStorage = Weasel.Core.EnumStorage.AsString });
        marten.DisableNpgsqlLogging = true;

        marten.Events.StreamIdentity = StreamIdentity.AsString;
        // Quick mode does not hold the version given to Append; that version is what keeps two deciders apart.
        marten.Events.AppendMode = EventAppendMode.Rich;
        // A stream that was archived is not a new one: its id can't be started again (marten#4286).
        marten.Events.EnableStrictStreamIdentityEnforcement = true;
        marten.Events.MetadataConfig.CorrelationIdEnabled = true;
        foreach (var (name, type) in EventTypes)
            marten.Events.MapEventType(type, name);

        marten.Projections.Add<PaymentProjection>(JasperFx.Events.Projections.ProjectionLifecycle.Inline);
        marten.Schema.For<Payment>().Index(x => x.OrderId!).Index(x => x.TransactionId);
        marten.Policies.ForAllDocuments(mapping =>
        {
            if (mapping.DocumentType == typeof(Payment))
                PaymentIndexes.AddTo(mapping.Indexes, options.Schema);
        });
        marten.Schema.For<Order>().Identity(x => x.Id).Index(x => x.OrderId).Index(x => x.FoldedId);
        marten.Schema.For<ApiKey>().Identity(x => x.Id).Index(x => x.Name, index =>
        {
            index.Name = ApiKey.NameIndex;
            index.IsUnique = true;
            index.Predicate = "(data ->> 'revokedAt') is null";
        });
        marten.Schema.For<ApiKeyUse>().Identity(x => x.Id);

        marten.Storage.ExtendedSchemaObjects.Add(DeliveryTable.In(options.Schema));
        marten.Storage.ExtendedSchemaObjects.Add(DueTable.In(options.Schema));
        marten.Storage.ExtendedSchemaObjects.Add(RecheckTable.In(options.Schema));
        marten.Storage.ExtendedSchemaObjects.Add(CircuitTable.In(options.Schema));
    }
}

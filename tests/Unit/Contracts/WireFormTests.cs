using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using KkiaEvents.Contracts;
using KkiaEvents.Tests.Unit.Approval;

namespace KkiaEvents.Tests.Unit.Contracts;

/// <summary>What is on the bus stays readable for subscribers in any language: names change by addition only.</summary>
public sealed class WireFormTests
{
    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static TheoryData<string> Names => [.. Samples.Full.Concat(Samples.Least).Select(m => m.GetType().Name).Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_wire_form_of_a_message_is_the_approved_one(string name) =>
        Approved.Matches("Contracts", name, "json", Write(Samples.Full.Single(m => m.GetType().Name == name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_with_nothing_but_what_is_required_has_the_approved_form(string name) =>
        Approved.Matches("Contracts", $"{name}.least", "json", Write(Samples.Least.Single(m => m.GetType().Name == name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_survives_the_way_there_and_back(string name)
    {
        foreach (var message in Samples.Full.Concat(Samples.Least).Where(m => m.GetType().Name == name))
        {
            var text = Write(message);
            var back = JsonSerializer.Deserialize(text, message.GetType(), Wire)!;
            Assert.Equal(text, Write(back));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_field_that_a_newer_version_adds_is_ignored_by_an_older_one(string name)
    {
        var message = Samples.Full.Single(m => m.GetType().Name == name);
        var text = Write(message);
        var newer = text.Insert(text.IndexOf('{', StringComparison.Ordinal) + 1, "\"addedLater\":{\"x\":[1]},");

        Assert.Equal(text, Write(JsonSerializer.Deserialize(newer, message.GetType(), Wire)!));
    }

    [Fact]
    public void Every_message_type_has_an_approved_form()
    {
        var messages = typeof(OrderPaid).Assembly.GetExportedTypes()
            .Where(t => t is { IsClass: true, IsAbstract: false } && t != typeof(Payer) && t != typeof(LocalizedText))
            .Select(t => t.Name);

        Assert.Equal(messages.Order(), Samples.Full.Select(m => m.GetType().Name).Order());
    }

    [Fact]
    public void A_full_sample_leaves_no_property_empty() => Assert.All(Samples.Full, message => Assert.All(
        message.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance),
        property => Assert.True(property.GetValue(message) is not null, $"{message.GetType().Name}.{property.Name}")));

    [Fact]
    public void The_reasons_of_a_flag_keep_their_names() => Assert.Equal(
        [
            "AmountMismatch", "OrderMismatch", "MerchantMismatch", "NotAPayment", "AlreadyPaid", "StillPending",
            "UnknownTransaction", "Contradiction", "Unannounced", "WithoutReference", "RefundUnconfirmed",
        ],
        Enum.GetNames<FlagReason>());

    private static string Write(object message) => JsonSerializer.Serialize(message, message.GetType(), Wire);
}

using System.Reflection;

namespace KkiaEvents.Tests.Unit.Architecture;

/// <summary>Arrows between projects run one way (design: Contracts and Kkiapay know nobody; the services never know each other).</summary>
public class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Contracts"] = [],
        ["Kkiapay"] = [],
        ["ServiceDefaults"] = [],
        ["Bus"] = ["Contracts"],
        ["Ledger"] = ["Contracts", "Kkiapay"],
        ["Ingress"] = ["Bus", "Contracts", "Kkiapay", "ServiceDefaults"],
        ["Processor"] = ["Bus", "Contracts", "Kkiapay", "Ledger", "ServiceDefaults"],
        ["Operations"] = ["Bus", "Contracts", "Kkiapay", "Ledger"],
        ["Console"] = ["Bus", "Contracts", "Kkiapay", "Ledger", "Operations", "ServiceDefaults"],
        ["Sandbox"] = ["Kkiapay", "ServiceDefaults"],
        ["Cli"] = ["Bus", "Contracts", "Kkiapay", "Ledger", "ServiceDefaults", "Operations"],
    };

    public static TheoryData<string> Parts() => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_knows_only_what_it_may(string part)
    {
        var known = References(part).Where(n => n.StartsWith("KkiaEvents.", StringComparison.Ordinal)).Select(n => n["KkiaEvents.".Length..]);
        Assert.Empty(known.Except(Allowed[part]));
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void MassTransit_stands_at_the_edges_only(string part)
    {
        if (part is not ("Bus" or "Ingress" or "Operations" or "Processor"))
            Assert.DoesNotContain(References(part), n => n.StartsWith("MassTransit", StringComparison.Ordinal) || n.StartsWith("RabbitMQ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Ingress")]
    [InlineData("Bus")]
    [InlineData("Kkiapay")]
    [InlineData("Contracts")]
    public void Only_the_ledgers_side_knows_a_database(string part) =>
        Assert.DoesNotContain(References(part), n => n is "Npgsql" or "Marten");

    [Fact]
    public void The_ledger_knows_no_HTTP_and_the_contracts_depend_on_nothing()
    {
        Assert.DoesNotContain(References("Ledger"), n => n.StartsWith("System.Net.Http", StringComparison.Ordinal) || n.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.All(References("Contracts"), n => Assert.StartsWith("System.", n));
    }

    [Fact]
    public void Every_part_under_src_is_held_here()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "KkiaEvents.sln")))
            root = root.Parent;
        Assert.NotNull(root);
        Assert.Equal(Allowed.Keys.Order(), Directory.GetDirectories(Path.Combine(root.FullName, "src")).Select(d => Path.GetFileName(d)!).Order());
    }

    private static List<string> References(string part) =>
        [.. Assembly.Load($"KkiaEvents.{part}").GetReferencedAssemblies().Select(a => a.Name!)];
}

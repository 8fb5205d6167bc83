using YamlDotNet.Serialization;
using Map = System.Collections.Generic.Dictionary<object, object>;

namespace KkiaEvents.Tests.Integration.Rights;

/// <summary>What docker-compose.yml and the Dockerfile say of each service of ours. infra/compose-smoke.sh asks the engine the same.</summary>
public sealed class ContainerTests
{
    // They start as root to own their volumes, and drop to users of their own.
    private static readonly string[] Foreign = ["rabbitmq", "postgres", "prometheus", "grafana"];

    private static readonly string[] Undoing = ["user", "privileged", "cap_add", "devices", "pid", "network_mode", "ipc", "userns_mode"];

    private static readonly Map Compose = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build()
        .Deserialize<Map>(new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(new StringReader(File.ReadAllText(At("docker-compose.yml"))))));

    public static TheoryData<string> Ours() => [.. All().Keys.Cast<string>().Except(Foreign)];

    [Theory]
    [MemberData(nameof(Ours))]
    public void A_service_of_ours_writes_nowhere_and_has_no_capability(string name)
    {
        var service = (Map)All()[name];
        Assert.Equal(true, service["read_only"]);
        Assert.Equal(["ALL"], List(service, "cap_drop"));
        Assert.Equal(["no-new-privileges:true"], List(service, "security_opt"));
        Assert.Equal(["/tmp"], List(service, "tmpfs"));
        // Nobody says another user than the image's, nor gives back what was taken.
        Assert.All(Undoing, key => Assert.False(service.ContainsKey(key), key));
        Assert.Equal("infra/docker/service.Dockerfile", ((Map)service["build"])["dockerfile"]);
        // Only Ingress keeps something, in a volume of its own.
        Assert.Equal(name == "ingress" ? ["spool:/var/lib/kkiaevents/spool"] : [], List(service, "volumes"));
    }

    [Theory]
    [MemberData(nameof(Ours))]
    public void A_service_has_its_own_accounts_and_no_others(string name)
    {
        string[] expected = name switch
        {
            "schema" => ["ledger-owner", "postgres-processor-password", "postgres-console-password", "postgres-audit-password"],
            "ingress" => ["rabbitmq-ingress"],
            "processor" => ["rabbitmq-processor", "ledger-processor"],
            "console" => ["rabbitmq-operations", "ledger-console"],
            "subscriber" => ["rabbitmq-subscriber"],
            _ => [],
        };
        var secrets = Secrets((Map)All()[name]).Where(s => s.StartsWith("rabbitmq", StringComparison.Ordinal) || s.StartsWith("ledger", StringComparison.Ordinal) || s.StartsWith("postgres", StringComparison.Ordinal));
        Assert.Equal(expected.Order(), secrets.Order());
    }

    [Fact]
    public void Only_what_makes_payments_has_the_providers_keys() => Assert.All(All(), service =>
        Assert.True(service.Key is "processor" or "sandbox" || !Secrets((Map)service.Value).Any(s => s.EndsWith("Key", StringComparison.Ordinal)), (string)service.Key));

    [Fact]
    public void Every_port_is_published_on_loopback_only() => Assert.All(All().Values.Cast<Map>().SelectMany(s => List(s, "ports")),
        port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));

    [Fact]
    public void The_image_ends_as_a_user_without_rights_by_number()
    {
        var lines = File.ReadAllLines(At("infra/docker/service.Dockerfile")).Select(l => l.Trim()).ToList();
        var final = lines.FindLastIndex(l => l.StartsWith("FROM ", StringComparison.Ordinal));
        var user = lines.FindLastIndex(l => l.StartsWith("USER ", StringComparison.Ordinal));
        Assert.True(user > final, "The last stage names no user.");
        Assert.True(int.TryParse(lines[user]["USER ".Length..], out var number) && number > 0, lines[user]);
        // What is written as root is there before the user is another.
        Assert.DoesNotContain(lines.Skip(user + 1), l => l.StartsWith("RUN ", StringComparison.Ordinal) || l.StartsWith("COPY ", StringComparison.Ordinal));
    }

    private static Map All() => (Map)Compose["services"];

    private static IEnumerable<string> List(Map of, string key) => of.TryGetValue(key, out var list) ? ((List<object>)list).Select(i => i.ToString()!) : [];

    private static IEnumerable<string> Secrets(Map service) =>
        service.TryGetValue("secrets", out var list) ? ((List<object>)list).Select(s => s is Map map ? map["source"].ToString()! : s.ToString()!) : [];

    private static string At(string path)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "KkiaEvents.sln")))
            root = root.Parent;
        return Path.Combine(root!.FullName, path);
    }
}

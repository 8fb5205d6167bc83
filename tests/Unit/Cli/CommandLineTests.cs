using System.CommandLine;
using System.Text.Json;
using KkiaEvents.Cli;
using Microsoft.Extensions.Configuration;

namespace KkiaEvents.Tests.Unit.Cli;

/// <summary>What <c>kkia</c> makes of command lines, before any ledger or broker is asked.</summary>
public class CommandLineTests
{
    private const string Nonsense = "nonsense";

    private static readonly Dictionary<string, string?> Configured = new()
    {
        ["ConnectionStrings:Ledger"] = "Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=1",
        ["ConnectionStrings:RabbitMq"] = "amqp://nobody:nothing@127.0.0.1:1/",
    };

    [Theory]
    [InlineData("show", "TRANSACTION|ORDER")]
    [InlineData("nonsense", "nonsense")]
    [InlineData("show one two", "two")]
    [InlineData("list --state 7", "--state is '7', but must be one of Open")]
    [InlineData("list --flag 0", "--flag is '0', but must be one of AmountMismatch")]
    [InlineData("list --min-amount much", "--min-amount is 'much', but must be a whole number of XOF, for example 5000")]
    [InlineData("list --max-amount -1", "--max-amount is '-1'")]
    [InlineData("list --state Paid,Open", "--state is 'Paid,Open'")]
    [InlineData("list --limit 0", "from 1 to 1000")]
    [InlineData("as-of order-1", "missing")]
    [InlineData("list --from yesterday", "--from is 'yesterday', but must be a time")]
    [InlineData("as-of soon order-1", "TIME is 'soon', but must be a time")]
    [InlineData("export there --from 2026-03-02 --to 2026-03-01", "--from must be before --to")]
    [InlineData("verify-export there --secret-file secret.txt", "MERCHANT=FILE")]
    [InlineData("verify-export nowhere", "'nowhere' is not there")]
    [InlineData("trigger nothing", "'nothing'")]
    [InlineData("trigger success --set amount --sandbox http://127.0.0.1:1", "FIELD=VALUE")]
    [InlineData("trigger success --sandbox nowhere", "'nowhere' is not an http address")]
    [InlineData("completion tcsh", "'tcsh'")]
    [InlineData("replay --confirm", "--all for every outcome")]
    [InlineData("replay --order o --confirm", "add --reason")]
    [InlineData("replay --rate 0", "from 1 to 5000")]
    [InlineData("replay --rate fast", "fast")]
    [InlineData("replay --type OrderShipped", "OrderShipped")]
    [InlineData("replay --resume one", "one")]
    [InlineData("replay --resume 0194f7c2-0000-0000-0000-000000000000 --order o", "--order says nothing beside --resume")]
    [InlineData("replay --transaction shop-a/t --merchant shop-b", "is not of --merchant shop-b")]
    [InlineData("dead", "Required command")]
    [InlineData("dead show", "ID")]
    [InlineData("dead discard id", "--reason")]
    [InlineData("dead list --limit 0", "from 1 to 1000")]
    [InlineData("dead list --queue mine", "mine")]
    [InlineData("flag accept txn", "--reason")]
    [InlineData("flag maybe txn --reason r", "maybe")]
    [InlineData("refund txn --confirm", "add --reason")]
    [InlineData("refund settle txn --reason r", "--done or --not-done")]
    [InlineData("refund settle txn --done --not-done --reason r", "--done or --not-done")]
    [InlineData("refund settle txn --done", "--reason")]
    [InlineData("refund settle --done --reason r", "TRANSACTION|ORDER")]
    [InlineData("keys create name", "SCOPE")]
    [InlineData("keys create name 2", "SCOPE is '2', but must be one of Read, Operate, Admin, Announce")]
    public async Task Nonsense_ends_with_2_and_a_line_that_says_what_is_wrong(string line, string said)
    {
        var (code, output, error) = await RunAsync(Configured, line.Split(' '));
        Assert.True(code == 2, $"{code} {output}{error}");
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    /// <summary>Every value of every command that is read as anything else than text.</summary>
    [Fact]
    public async Task A_value_that_makes_no_sense_is_told_with_its_option_what_was_given_and_an_example()
    {
        var nothing = new CliContext(new(TextWriter.Null, TextWriter.Null), new ConfigurationBuilder().Build());
        var tried = 0;
        foreach (var (path, command) in KkiaApp.Commands.SelectMany(c => Leaves("", c.Create(nothing))))
        {
            var values = command.Options.Where(o => IsRead(o.ValueType)).Select(o => (o.Name, Line: $"{path} {o.Name} {Nonsense}"))
                .Concat(command.Arguments.Where(a => IsRead(a.ValueType)).Select(a => (a.Name, Line: $"{path} {string.Join(' ', command.Arguments.Select(_ => Nonsense))}")));
            foreach (var (name, line) in values)
            {
                tried++;
                var (code, _, error) = await RunAsync(Configured, line.Split(' '));
                Assert.True(code == 2, $"{line}: {code} {error}");
                Assert.Contains($"{name} is '{Nonsense}', but must be ", error, StringComparison.Ordinal);
                Assert.True(error.Contains("for example", StringComparison.Ordinal) || error.Contains("one of", StringComparison.Ordinal), error);
                Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
            }
        }

        Assert.True(tried >= 12, $"{tried}");

        static bool IsRead(Type type) => type != typeof(string) && type != typeof(string[]) && type != typeof(bool);

        static IEnumerable<(string Path, Command Command)> Leaves(string before, Command command) =>
            command.Subcommands.Count == 0 ? [($"{before} {command.Name}".Trim(), command)] : command.Subcommands.SelectMany(c => Leaves($"{before} {command.Name}", c));
    }

    [Theory]
    [InlineData("show txn")]
    [InlineData("replay --order o")]
    [InlineData("keys list")]
    [InlineData("flag ask txn --reason r")]
    [InlineData("refund txn")]
    [InlineData("refund settle txn --not-done --reason r")]
    public async Task Without_configuration_the_key_is_named(string line)
    {
        var (code, _, error) = await RunAsync([], line.Split(' '));
        Assert.Equal(78, code);
        Assert.Contains("ConnectionStrings__Ledger", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("show txn", "PostgreSQL of ConnectionStrings__Ledger does not answer")]
    [InlineData("keys list", "PostgreSQL of ConnectionStrings__Ledger does not answer")]
    [InlineData("replay --order o", "PostgreSQL of ConnectionStrings__Ledger does not answer")]
    [InlineData("dead list", "RabbitMQ of ConnectionStrings__RabbitMq does not answer")]
    public async Task A_server_that_is_away_is_named(string line, string said)
    {
        var (code, _, error) = await RunAsync(Configured, line.Split(' '));
        Assert.Equal(1, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list --json --state 7", 2)]
    [InlineData("list --json --limit 0", 2)]
    [InlineData("show txn --json", 1)]
    public async Task With_json_an_error_is_a_line_of_JSON(string line, int expected)
    {
        var (code, _, error) = await RunAsync(Configured, line.Split(' '));
        Assert.Equal(expected, code);
        Assert.NotEmpty(JsonDocument.Parse(Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement.GetProperty("error").GetString()!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("show")]
    [InlineData("list")]
    [InlineData("as-of")]
    [InlineData("rederive")]
    [InlineData("export")]
    [InlineData("verify-export")]
    [InlineData("rebuild")]
    [InlineData("replay")]
    [InlineData("dead discard")]
    [InlineData("flag accept")]
    [InlineData("refund")]
    [InlineData("refund settle")]
    [InlineData("keys create")]
    [InlineData("listen")]
    [InlineData("trigger")]
    [InlineData("completion")]
    public async Task Help_speaks_of_kkia_and_gives_examples(string command)
    {
        var (code, output, _) = await RunAsync([], [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal(0, code);
        Assert.Contains($"kkia {command}".Trim(), output, StringComparison.Ordinal);
        Assert.DoesNotContain("KkiaEvents.", output, StringComparison.Ordinal);
        Assert.Contains(command.Length == 0 ? "Exit codes" : "Examples:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_shell_is_to_read_has_the_lines_that_it_needs()
    {
        var (code, output, error) = await RunAsync(Configured, ["broker", "user", "orders", "--queue", "HandOver", "--print"]);
        Assert.True(code == 0, error);
        Assert.StartsWith("rabbitmqctl import_definitions <<'END'\n{", output, StringComparison.Ordinal);
        Assert.Contains("\nEND\n", output, StringComparison.Ordinal);
        Assert.Contains("\n  COMPREPLY=", (await RunAsync([], ["completion", "bash"])).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task A_completion_script_asks_the_program_and_the_program_answers(string shell)
    {
        Assert.Contains("[suggest:", (await RunAsync([], ["completion", shell])).Output, StringComparison.Ordinal);
        Assert.Contains("[suggest:", JsonDocument.Parse((await RunAsync([], ["completion", shell, "--json"])).Output).RootElement.GetProperty("script").GetString()!, StringComparison.Ordinal);
        Assert.Contains("replay", (await RunAsync([], ["[suggest:7]", "kkia re"])).Output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(Dictionary<string, string?> settings, string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await KkiaApp.RunAsync(args, output, error, new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        return (code, output.ToString(), error.ToString());
    }
}

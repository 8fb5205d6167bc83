using CliWrap;
using CliWrap.Buffered;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>
/// The program of an auditor's questions, which ./kkia compiles natively, answers as the whole command line does. Here it
/// runs on the runtime, without reflection for JSON as in the native program.
/// </summary>
public class KkiaQuestionsTests(Operators system) : IClassFixture<Operators>
{
    [Fact]
    public async Task Its_answers_are_the_whole_command_lines_byte_for_byte()
    {
        var order = $"order-{Guid.NewGuid():n}";
        var ids = new List<string>();
        foreach (var amount in (int[])[5000, 7000])
        {
            var id = await system.Provider.PayAsync(new { amount, stateData = new { orderId = order } });
            await system.NotifyAsync(id, amount: amount, order: order);
            await Condition.HoldsAsync("it is delivered", async () => await system.ReadAsync<long>(
                $"select count(*) from kkiaevents.deliveries where transaction_id = '{id}' and delivered_at is not null") == 1);
            ids.Add(id);
        }

        string[][] questions =
        [
            ["show", ids[0]], ["show", ids[1], "--json"], ["show", order], ["show", $"default/{order}", "--json"], ["show", "no-such-id"], ["show", "no-such-id", "--json"],
            ["as-of", "2100-01-01", ids[0]], ["as-of", "2100-01-01T12:00", order, "--json"], ["as-of", "2000-01-01", ids[0]],
            ["list", "--order", order], ["list", "--order", order, "--json", "--limit", "1"], ["list", "--flag", "AlreadyPaid", "--state", "flagged", "--order", order],
            ["list", "--after", "nonsense"], ["list", "--limit", "0"], ["list", "--state", "nonsense", "--json"], ["show"], ["show", "--help"], ["list", "--help"], ["as-of", "--help"],
        ];
        foreach (var question in questions)
        {
            var (whole, alone) = (await system.KkiaAsync(question), await AloneAsync(system.LedgerConnection, question));
            Assert.Equal((string.Join(' ', question), whole.Code, whole.Output, whole.Error), (string.Join(' ', question), alone.Code, alone.Output, alone.Error));
        }
    }

    [Theory]
    [InlineData("", 78)]
    [InlineData("Host=127.0.0.1;Port=1;Database=none;Username=nobody", 1)]
    public async Task Its_complaints_are_the_whole_command_lines(string connection, int code)
    {
        foreach (var json in (string[][])[[], ["--json"]])
        {
            using var error = new StringWriter();
            using var output = new StringWriter();
            var configuration = new Microsoft.Extensions.Configuration.ConfigurationManager { ["ConnectionStrings:Ledger"] = connection };
            var whole = await Cli.KkiaApp.RunAsync(["show", "order-1", .. json], output, error, configuration);
            var alone = await AloneAsync(connection, ["show", "order-1", .. json]);
            Assert.Equal((code, error.ToString()), (whole, alone.Error));
            Assert.Equal((code, ""), (alone.Code, alone.Output));
        }
    }

    private static async Task<KkiaRun> AloneAsync(string connection, string[] args)
    {
        var build = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.GetFullPath(Path.Combine(build.FullName, "../../../../../src/Cli/Native/bin", build.Parent!.Name, build.Name, "KkiaEvents.Cli.Native.dll"));
        var run = await CliWrap.Cli.Wrap("dotnet").WithArguments([program, .. args]).WithValidation(CommandResultValidation.None)
            .WithEnvironmentVariables(e => e.Set("ConnectionStrings__Ledger", connection).Set("Kkiapay__Merchants__default__WebhookSecrets__0", Installation.Secret))
            .ExecuteBufferedAsync();
        return new(run.ExitCode, run.StandardOutput, run.StandardError);
    }
}

using System.Text;
using System.Text.RegularExpressions;
using KkiaEvents.Bus;
using KkiaEvents.Tests.Integration.Announcing;
using KkiaEvents.Tests.Integration.Infrastructure;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Alarms;

/// <summary>Each condition that needs a person is caused, and a real Prometheus with the rules under infra/ must raise its alarm.</summary>
[Collection(TakesServersAway.Name)]
public sealed partial class AlarmTests(AlarmTests.TwoMerchants system) : IClassFixture<AlarmTests.TwoMerchants>, IAsyncLifetime
{
    // What Prometheus 3 asks for, beside the older one that raises the alarms here: it takes names with dots, and rules and board have none.
    private const string AcceptOfPrometheus3 =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    private readonly HashSet<string> _exposed = [];
    private readonly HashSet<string> _raised = [];
    private readonly HttpClient _client = new();
    private RunningPrometheus? _prometheus;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RunningPrometheus.IsInstalled, RunningPrometheus.HowToInstall);
        _client.DefaultRequestHeaders.Add("Accept", AcceptOfPrometheus3);
        _prometheus = await RunningPrometheus.StartAsync(AlarmFiles.Rules, new Dictionary<string, Uri>
        {
            ["kkiaevents-ingress"] = system.Ingress.BaseAddress!,
            ["kkiaevents-processor"] = system.ProcessorAddresses[0],
        });
    }

    [Fact]
    public async Task Each_condition_that_needs_a_person_raises_its_alarm_and_each_expression_of_the_board_has_an_answer()
    {
        await Condition.HoldsAsync("Prometheus sees both services", () => _prometheus!.HasAsync(
            "kkiaevents_queue_consumers{queue=\"kkiaevents-processor\"} > 0 and on() kkiaevents_due >= 0 and on() up{job=\"kkiaevents-processor\"} == 1"));
        await Condition.HoldsAsync("all is quiet", async () => (await _prometheus!.FiringAsync()).Count == 0);

        await RaisesAsync("KkiaEventsParked", "KkiaEventsDeadLetters", "KkiaEventsFlagged", cause: AWebhookThatNobodyUnderstandsAndOneThatIsNoMessageAndAFlagAsync);
        await RaisesAsync("KkiaEventsSameOrder", cause: EveryPaymentHasTheSamePartnerIdAsync);
        await RaisesAsync("KkiaEventsAnnouncementsUnreadable", cause: AnAnnouncementIsUnreadableAsync);
        await RaisesAsync("KkiaEventsKeysRefused", cause: KeysAreRefusedAsync);
        await RaisesAsync("KkiaEventsUnreadableAnswers", cause: AWebPageAnswersInKkiapaysPlaceAsync);
        // Some metrics are there only as long as what they tell of, others not while a service or the broker is away.
        await ExposeAsync();
        await RaisesAsync("KkiaEventsProviderTrouble", cause: NotifyDownAsync);
        await RaisesAsync("KkiaEventsSpoolDamaged", cause: ADamagedFileIsKeptAsync);
        await ExposeAsync();
        await using (var _ = await ALockOnWhatIsDueAsync())
            await RaisesAsync("KkiaEventsOverdue");
        await TheBrokerGoesAwayAsync(() => RaisesAsync("KkiaEventsSpoolNotEmpty", "KkiaEventsUndelivered"));
        await TheDatabaseGoesAwayAsync(() => RaisesAsync("KkiaEventsStoreAway"));
        await ExposeAsync();
        foreach (var expression in AlarmFiles.BoardsExpressions())
            await Condition.HoldsAsync($"the board shows {expression}", () => _prometheus!.HasAsync(expression));
        await RaisesAsync("KkiaEventsProcessorDown", "KkiaEventsNobodyConsumes", cause: system.StopProcessorsAsync);
        await RaisesAsync("KkiaEventsIngressDown", cause: system.StopIngressAsync);

        Assert.Equal(AlertName().Matches(AlarmFiles.Rules).Select(m => m.Groups[1].Value).Order(), _raised.Order());
        Assert.Empty(Metric().Matches(AlarmFiles.Rules).Select(m => m.Value).Except(_exposed));
        Assert.Empty(AlarmFiles.BoardsExpressions().SelectMany(e => Metric().Matches(e)).Select(m => m.Value).Except(_exposed));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
    }

    private async Task RaisesAsync(params string[] alarms)
    {
        foreach (var alarm in alarms)
            await Condition.HoldsAsync($"{alarm} is raised", async () => (await _prometheus!.FiringAsync()).Contains(alarm), TimeSpan.FromMinutes(2));
        _raised.UnionWith(alarms);
    }

    private Task RaisesAsync(string alarm, Func<Task> cause) => RaisesAsync([alarm], cause);

    private Task RaisesAsync(string alarm, string other, Func<Task> cause) => RaisesAsync([alarm, other], cause);

    private Task RaisesAsync(string alarm, string other, string third, Func<Task> cause) => RaisesAsync([alarm, other, third], cause);

    private async Task RaisesAsync(string[] alarms, Func<Task> cause)
    {
        Assert.Empty((await _prometheus!.FiringAsync()).Intersect(alarms));
        await cause();
        await RaisesAsync(alarms);
    }

    private async Task AWebhookThatNobodyUnderstandsAndOneThatIsNoMessageAndAFlagAsync()
    {
        using (var refused = await system.PostAsync(Installation.Body("forged"), signature: "wrong"))
            Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);
        using (var taken = await system.PostAsync("""{"event":"transaction.unheard-of","transactionId":"parked-1"}"""))
            taken.EnsureSuccessStatusCode();
        await using (var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync())
        {
            await using var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
            await channel.BasicPublishAsync("", Topology.TransactionsQueue, mandatory: true, Encoding.UTF8.GetBytes("no envelope"));
        }

        var id = await system.Provider.PayAsync(new { amount = 100 });
        await system.NotifyAsync(id, amount: 100_000);
    }

    private async Task EveryPaymentHasTheSamePartnerIdAsync()
    {
        for (var n = 0; n < 4; n++)
            await system.NotifyAsync(await system.Provider.PayAsync(new { amount = 5000, partnerId = "my-shop" }));
    }

    private Task AnAnnouncementIsUnreadableAsync() =>
        RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, RawMessages.Envelope("""{"orderId":"unguarded","amount":4999.5}"""));

    private async Task KeysAreRefusedAsync()
    {
        await system.Provider.FaultAsync(new { rejectKeys = true });
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        await Condition.HoldsAsync("it waits for right keys", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.due where reason = 'keys refused'") > 0);
    }

    private async Task AWebPageAnswersInKkiapaysPlaceAsync()
    {
        await system.Provider.FaultAsync(new { garble = "html" });
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
    }

    // As the spool leaves it; that it does so is shown by killing it, in tests/Chaos.
    private Task ADamagedFileIsKeptAsync() => File.WriteAllTextAsync(Path.Combine(system.SpoolDirectory, "000001-0000000000000001.segment.damaged"), "no segment");

    private async Task NotifyDownAsync()
    {
        await system.Provider.HealAsync();
        for (var n = 0; n < 10; n++)
        {
            using var answer = await system.PostAsync(Installation.Body($"down_{n}"), path: "/webhook/kkiapay/down");
            answer.EnsureSuccessStatusCode();
        }
    }

    // Somebody who does not end: what is due can be counted, and not be taken.
    private async Task<IAsyncDisposable> ALockOnWhatIsDueAsync()
    {
        await PendingAsync("locked");
        var connection = await system.Database.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "lock table kkiaevents.due in share row exclusive mode";
        await command.ExecuteNonQueryAsync();
        return new Held(connection, transaction);
    }

    private async Task TheBrokerGoesAwayAsync(Func<Task> meanwhile)
    {
        await PendingAsync("undelivered");
        await system.Services.Broker.StopAsync();
        try
        {
            await system.Provider.MoveAsync("undelivered", "success");
            using var answer = await system.PostAsync(Installation.Body("spooled"));
            answer.EnsureSuccessStatusCode();
            await meanwhile();
        }
        finally
        {
            await system.Services.Broker.StartAsync();
        }

        await BothQueuesAreConsumedAsync();
        await Condition.HoldsAsync("nothing is undelivered", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.deliveries where delivered_at is null") == 0);
    }

    private async Task TheDatabaseGoesAwayAsync(Func<Task> meanwhile)
    {
        await system.Services.Database.StopAsync();
        try
        {
            await meanwhile();
        }
        finally
        {
            await system.Services.Database.StartAsync();
        }

        await BothQueuesAreConsumedAsync();
    }

    private Task BothQueuesAreConsumedAsync() => Condition.HoldsAsync("the Processor consumes both queues again", async () =>
        await _prometheus!.HasAsync("count(max by (queue) (kkiaevents_queue_consumers{queue=~\"kkiaevents-processor|kkiaevents-announcements\"}) > 0) == 2") && !(await _prometheus!.FiringAsync()).Contains("KkiaEventsNobodyConsumes"));

    private async Task PendingAsync(string id)
    {
        await system.Provider.PayAsync(new { transactionId = id, amount = 5000, outcome = "pending" });
        await system.NotifyAsync(id);
        await Condition.HoldsAsync($"{id} waits", async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.due where transaction_id = '{id}'") == 1);
    }

    private async Task ExposeAsync()
    {
        foreach (var address in system.ProcessorAddresses.Prepend(system.Ingress.BaseAddress!))
            _exposed.UnionWith(Metric().Matches(await _client.GetStringAsync(new Uri(address, "/metrics"))).Select(m => m.Value));
    }

    [GeneratedRegex("- alert: (.*)")]
    private static partial Regex AlertName();

    [GeneratedRegex(@"\b(kkiaevents|kkiapay)_[a-z_]+\b")]
    private static partial Regex Metric();

    private sealed class Held(Npgsql.NpgsqlConnection connection, Npgsql.NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }

    /// <summary>Beside the usual merchant one whose KKiaPay takes no connection.</summary>
    public sealed class TwoMerchants(Services services) : Installation(services)
    {
        protected override IReadOnlyList<string> Settings =>
        [
            $"--Kkiapay:Merchants:down:WebhookSecrets:0={Secret}", "--Kkiapay:Merchants:down:PrivateKey=tpk_down", "--Kkiapay:Merchants:down:ApiBaseUrl=http://127.0.0.1:1",
        ];
    }
}

using System.Diagnostics;
using KkiaEvents.Tests.Integration.Infrastructure;
using Npgsql;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Chaos;

/// <summary>
/// RabbitMQ takes back what a consumer holds for too long, and each time is one of the message's deliveries. A database that is
/// away must not use them up: webhooks wait in the queue, as README says, and not in the hands of a Processor.
/// </summary>
[Collection(TakesServersAway.Name)]
public sealed class Trap16_WaitingUsesUpDeliveries(Trap16_WaitingUsesUpDeliveries.ShortTimeout system) : IClassFixture<Trap16_WaitingUsesUpDeliveries.ShortTimeout>
{
    // Take out: StopAsync in StoreOutage, the dependency in ConsumedQueue, or RenewedWebhooks in TransactionConsumer.
    private const int Webhooks = 5;

    // Longer than one time-out, so that what is held is taken back in it at least once.
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(40);

    [Fact]
    public Task While_the_login_is_refused_webhooks_wait_in_the_queue() =>
        WaitsAsync("login", () => system.ExecuteElsewhereAsync($"alter role \"{system.ProcessorLogin}\" nologin"), () => system.ExecuteElsewhereAsync($"alter role \"{system.ProcessorLogin}\" login"));

    [Fact]
    public Task While_PostgreSQL_is_down_webhooks_wait_in_the_queue() =>
        WaitsAsync("down", () => system.Services.Database.StopAsync(), () => system.Services.Database.StartAsync());

    [Fact]
    public Task While_the_database_takes_no_connections_webhooks_wait_in_the_queue() =>
        WaitsAsync("closed", () => system.ExecuteElsewhereAsync("alter database {0} allow_connections false"), () => system.ExecuteElsewhereAsync("alter database {0} allow_connections true"));

    [Fact]
    public Task While_the_database_is_read_only_webhooks_wait_in_the_queue() =>
        WaitsAsync("readonly", () => system.ExecuteElsewhereAsync("alter database {0} set default_transaction_read_only = on"), () => system.ExecuteElsewhereAsync("alter database {0} reset default_transaction_read_only"));

    [Fact]
    public async Task A_Processor_that_starts_without_a_database_takes_no_webhook_into_its_hands()
    {
        // Each restart of it would use up a delivery.
        await system.KillProcessorsAsync();
        await system.Services.Database.StopAsync();
        try
        {
            await system.NotifyAsync("early_0", order: "early_0");
            await system.Provider.PayManyAsync("early_", 1);
            var processor = system.LaunchProcessor();
            processor.Launch();
            await Condition.HoldsAsync("the Processor waits for the ledger", () => system.ProcessorLog().Contains("The ledger can't be used yet", StringComparison.Ordinal));
            await StaysAsync(TimeSpan.FromSeconds(10), async () => Assert.Equal(1u, await Broker.CountAsync(system.AmqpUri, Broker.Queue)));
        }
        finally
        {
            await system.Services.Database.StartAsync();
        }

        await system.EachIsPaidOnceAsync("early_", 1);
    }

    [Fact]
    public async Task What_has_used_up_half_of_its_deliveries_goes_back_with_all_of_them_however_many_outages_follow()
    {
        const int deliveries = 12;
        await system.KillProcessorsAsync();
        await system.Provider.PayManyAsync("tired_", 1);
        await system.NotifyManyAsync("tired_", 1);
        for (var n = 0; n < deliveries; n++)
            Assert.Equal(n, await GiveBackAsync());
        try
        {
            await using (var connection = await system.Database.OpenConnectionAsync())
            {
                // The Processor has it in hand and gets no further.
                await using var transaction = await connection.BeginTransactionAsync();
                await using (var locking = new NpgsqlCommand("lock table kkiaevents.mt_doc_payment in access exclusive mode", connection))
                    await locking.ExecuteNonQueryAsync();
                system.LaunchProcessor().Launch();
                await Condition.HoldsAsync("the Processor has it in hand", async () => await Broker.CountAsync(system.AmqpUri, Broker.Queue) == 0, TimeSpan.FromMinutes(2));
                await system.ExecuteElsewhereAsync($"alter role \"{system.ProcessorLogin}\" nologin");
                await system.EndSessionsAsync();
            }

            await Condition.HoldsAsync("it is in the queue again", async () => await Broker.CountAsync(system.AmqpUri, Broker.Queue) == 1);
            Assert.Equal(0, await GiveBackAsync());
        }
        finally
        {
            await system.ExecuteElsewhereAsync($"alter role \"{system.ProcessorLogin}\" login");
        }

        await system.EachIsPaidOnceAsync("tired_", 1);
        Assert.Equal(0u, await Broker.CountAsync(system.AmqpUri, Broker.DeadLetters));
    }

    // Takes the one webhook and gives it back: how often it had been given back before.
    private async Task<long> GiveBackAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        BasicGetResult? got = null;
        await Condition.HoldsAsync("it can be taken", async () => (got = await channel.BasicGetAsync(Broker.Queue, autoAck: false)) is not null);
        await channel.BasicNackAsync(got!.DeliveryTag, multiple: false, requeue: true);
        await channel.CloseAsync();
        return got.BasicProperties.Headers?.TryGetValue("x-delivery-count", out var count) == true ? Convert.ToInt64(count, System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    private async Task WaitsAsync(string prefix, Func<Task> takeAway, Func<Task> bringBack)
    {
        await system.Provider.PayManyAsync($"{prefix}_", Webhooks);
        await takeAway();
        try
        {
            await system.EndSessionsAsync();
            await system.NotifyManyAsync($"{prefix}_", Webhooks);
            await Condition.HoldsAsync("all of them wait in the queue, and nobody takes them", async () => await Broker.CountAsync(system.AmqpUri, Broker.Queue) == Webhooks);
            await StaysAsync(Away, async () => Assert.Equal((uint)Webhooks, await Broker.CountAsync(system.AmqpUri, Broker.Queue)));
        }
        finally
        {
            await bringBack();
        }

        // Sessions that were made meanwhile are not ended.
        await system.EachIsPaidOnceAsync($"{prefix}_", Webhooks);
        Assert.Equal(0u, await Broker.CountAsync(system.AmqpUri, Broker.DeadLetters));
    }

    private static async Task StaysAsync(TimeSpan howLong, Func<Task> check)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < howLong; await Task.Delay(500))
            await check();
    }

    /// <summary>RabbitMQ takes back after 15 s.</summary>
    public sealed class ShortTimeout(Services services) : Pipeline(services)
    {
        private ConsumerTimeout? _timeout;
        private NpgsqlDataSource? _elsewhere;

        public override async ValueTask InitializeAsync()
        {
            _timeout = await ConsumerTimeout.ShortenAsync(Services.Broker, TimeSpan.FromSeconds(15));
            await base.InitializeAsync();
            _elsewhere = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Password = Services.DatabaseEndpoint.Password, Database = "postgres", Pooling = false }.ConnectionString);
        }

        /// <summary>As an administrator, from another database; {0} is ours.</summary>
        public async Task ExecuteElsewhereAsync(string sql)
        {
            await using var command = _elsewhere!.CreateCommand(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, $"\"{new NpgsqlConnectionStringBuilder(Database.ConnectionString).Database}\""));
            await command.ExecuteNonQueryAsync();
        }

        /// <summary>Ends every session to our database, when it runs.</summary>
        public async Task EndSessionsAsync()
        {
            try
            {
                await ExecuteElsewhereAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{new NpgsqlConnectionStringBuilder(Database.ConnectionString).Database}'");
            }
            catch (NpgsqlException)
            {
                // It is down: then there are none.
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            if (_elsewhere is not null)
                await _elsewhere.DisposeAsync();
            if (_timeout is not null)
                await _timeout.DisposeAsync();
            GC.SuppressFinalize(this);
        }
    }
}

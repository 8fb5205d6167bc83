using System.Text;
using KkiaEvents.Tests.Integration.Infrastructure;
using Npgsql;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration;

/// <summary>The ground that the other tests stand on.</summary>
[Collection(TakesServersAway.Name)]
public sealed class ServicesTests(Services services)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Virtual_hosts_do_not_see_each_other()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var one = await services.CreateVirtualHostAsync(Services.UniqueName("one"), cancellation);
        var other = await services.CreateVirtualHostAsync(Services.UniqueName("other"), cancellation);

        await using (var channel = await ChannelAsync(one, cancellation))
            await channel.Channel.QueueDeclareAsync("mine", durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellation);

        await using var elsewhere = await ChannelAsync(other, cancellation);
        var missing = await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(
            () => elsewhere.Channel.QueueDeclarePassiveAsync("mine", cancellation));
        Assert.Equal(404, missing.ShutdownReason!.ReplyCode);
    }

    [Fact]
    public async Task Databases_do_not_see_each_other()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var one = await services.CreateDatabaseAsync(Services.UniqueName("one"), cancellation);
        var other = await services.CreateDatabaseAsync(Services.UniqueName("other"), cancellation);

        await ScalarAsync(one, "create table mine (id int)", cancellation);

        Assert.Equal(true, await ScalarAsync(one, "select to_regclass('mine') is not null", cancellation));
        Assert.Equal(false, await ScalarAsync(other, "select to_regclass('mine') is not null", cancellation));
    }

    [Fact]
    public async Task A_broker_that_was_restarted_has_its_quorum_queues_and_its_address_still()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var address = await services.CreateVirtualHostAsync(Services.UniqueName("restart"), cancellation);
        await using (var before = await ChannelAsync(address, cancellation))
        {
            var quorum = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
            await before.Channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false, quorum, cancellationToken: cancellation);
            await before.Channel.BasicPublishAsync(
                "", "kept", mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes("money"), cancellation);
        }

        await services.Broker.StopAsync(cancellation);
        await services.Broker.StartAsync(cancellation);

        await using var after = await ChannelAsync(address, cancellation);
        var message = await after.Channel.BasicGetAsync("kept", autoAck: true, cancellation);
        Assert.Equal("money", Encoding.UTF8.GetString(message!.Body.Span));
    }

    [Fact]
    public async Task A_database_that_was_killed_has_its_committed_rows_and_its_address_still()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var database = await services.CreateDatabaseAsync(Services.UniqueName("killed"), cancellation);
        await ScalarAsync(database, "create table kept as select 5000 as amount", cancellation);

        await services.Database.KillAsync(cancellation);
        await services.Database.StartAsync(cancellation);

        Assert.Equal(5000, await ScalarAsync(database, "select amount from kept", cancellation));
    }

    [Fact]
    public async Task A_frozen_database_answers_nothing_and_then_goes_on()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var database = await services.CreateDatabaseAsync(Services.UniqueName("frozen"), cancellation);
        await using var connection = new NpgsqlConnection(Unpooled(database));
        await connection.OpenAsync(cancellation);

        await services.Database.PauseAsync(cancellation);
        Task<object?> answer;
        try
        {
            var question = new NpgsqlCommand("select 1", connection);
            answer = question.ExecuteScalarAsync(cancellation);
            await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromSeconds(1), cancellation));
        }
        finally
        {
            await services.Database.ResumeAsync(cancellation);
        }

        Assert.Equal(1, await answer.WaitAsync(Deadline, cancellation));
    }

    [Fact]
    public async Task A_frozen_broker_confirms_nothing_and_then_goes_on()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var address = await services.CreateVirtualHostAsync(Services.UniqueName("frozen"), cancellation);
        await using var channel = await ChannelAsync(address, cancellation);
        await channel.Channel.QueueDeclareAsync("frozen", durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellation);

        await services.Broker.PauseAsync(cancellation);
        Task publish;
        try
        {
            publish = channel.Channel.BasicPublishAsync("", "frozen", mandatory: true, Encoding.UTF8.GetBytes("x"), cancellation).AsTask();
            await Assert.ThrowsAsync<TimeoutException>(() => publish.WaitAsync(TimeSpan.FromSeconds(1), cancellation));
        }
        finally
        {
            await services.Broker.ResumeAsync(cancellation);
        }

        await publish.WaitAsync(Deadline, cancellation);
    }

    private static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;

    private static async Task<object?> ScalarAsync(string database, string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Unpooled(database));
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<OpenChannel> ChannelAsync(string address, CancellationToken cancellation)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync(cancellation);
        var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        return new OpenChannel(connection, await connection.CreateChannelAsync(options, cancellation));
    }

    private sealed record OpenChannel(IConnection Connection, IChannel Channel) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Channel.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}

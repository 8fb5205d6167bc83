using System.Net.Sockets;
using JasperFx;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Tests.Unit.Ledger;

public class LedgerFaultTests
{
    [Theory]
    [InlineData("23505", LedgerFault.Collision)]
    [InlineData("40001", LedgerFault.Collision)]
    [InlineData("40P01", LedgerFault.Collision)]
    [InlineData("55P03", LedgerFault.Collision)]
    [InlineData("22P05", LedgerFault.Poison)]
    [InlineData("22021", LedgerFault.Poison)]
    [InlineData("54000", LedgerFault.Poison)]
    [InlineData("23502", LedgerFault.Poison)]
    [InlineData("57P01", LedgerFault.Unavailable)]
    [InlineData("57P03", LedgerFault.Unavailable)]
    [InlineData("53300", LedgerFault.Unavailable)]
    [InlineData("53100", LedgerFault.Unavailable)]
    [InlineData("42P01", LedgerFault.Unavailable)]
    [InlineData("42501", LedgerFault.Unavailable)]
    [InlineData("25006", LedgerFault.Unavailable)]
    [InlineData("28P01", LedgerFault.Unavailable)]
    public void Only_an_error_that_the_data_causes_condemns_a_message(string sqlState, LedgerFault expected) =>
        Assert.Equal(expected, LedgerFaults.Classify(new InvalidOperationException("wrapped", new PostgresException("", "ERROR", "ERROR", sqlState))));

    [Fact]
    public void A_lost_connection_is_no_messages_fault()
    {
        Assert.Equal(LedgerFault.Unavailable, LedgerFaults.Classify(new NpgsqlException("gone", new SocketException())));
        Assert.Equal(LedgerFault.Unavailable, LedgerFaults.Classify(new TimeoutException()));
        Assert.Equal(LedgerFault.Unavailable, LedgerFaults.Classify(new EndOfStreamException()));
    }

    [Fact]
    public void Somebody_elses_write_is_a_collision()
    {
        Assert.Equal(LedgerFault.Collision, LedgerFaults.Classify(new ConcurrencyException(typeof(string), "id")));
        Assert.Equal(LedgerFault.Collision, LedgerFaults.Classify(new Marten.Exceptions.ExistingStreamIdCollisionException("default/txn_1", typeof(string))));
        Assert.Equal(LedgerFault.Collision, LedgerFaults.Classify(new JasperFx.Events.ExistingStreamIdCollisionException("default/txn_1", typeof(string))));
    }

    [Theory]
    [InlineData("25006", true)]
    [InlineData("57P01", true)]
    [InlineData("57P02", true)]
    [InlineData("57P03", true)]
    [InlineData("08006", true)]
    [InlineData("08P01", true)]
    [InlineData("55000", true)]
    [InlineData("57014", false)]
    [InlineData("55P03", false)]
    [InlineData("23505", false)]
    [InlineData("40001", false)]
    [InlineData("42501", false)]
    [InlineData("53300", false)]
    public void A_session_that_can_not_write_is_of_no_more_use_however_deep_its_error_lies(string sqlState, bool condemned)
    {
        var error = new PostgresException("", "ERROR", "ERROR", sqlState);
        Assert.Equal(condemned, LedgerFaults.CondemnsSession(error));
        Assert.Equal(condemned, LedgerFaults.CondemnsSession(new InvalidOperationException("wrapped", error)));
        Assert.Equal(condemned, LedgerFaults.CondemnsSession(new AggregateException(new TimeoutException(), new InvalidOperationException("wrapped", error))));
    }

    [Fact]
    public void Of_several_errors_the_worst_counts() =>
        Assert.Equal(LedgerFault.Poison, LedgerFaults.Classify(new AggregateException(new TimeoutException(), new FormatException())));
}

using System.Text;
using CsCheck;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Tests.Unit.Ledger;

public class LedgerRolesTests
{
    [Fact]
    public void Names_begin_with_the_databases()
    {
        Assert.Equal("shop_writer", new LedgerRoles("shop", "kkiaevents").NameOf(LedgerRole.Writer));
        Assert.Equal("shop_second_eraser", new LedgerRoles("shop", "second").NameOf(LedgerRole.Eraser));
    }

    [Fact]
    public void PostgreSQL_cuts_no_name_and_any_two_databases_have_roles_of_their_own() =>
        Gen.Select(Gen.String[Gen.Char["abé_ü"], 1, 63], Gen.String[Gen.Char["abé_ü"], 1, 63]).Where(two => two.Item1 != two.Item2).Sample((one, other) =>
        {
            string[] Names(string database) => [.. LedgerRoles.All.Select(r => new LedgerRoles(database, "kkiaevents").NameOf(r))];
            return Names(one).Concat(Names(other)).All(n => Encoding.UTF8.GetByteCount(n) <= 63) && !Names(one).Intersect(Names(other)).Any();
        });
}

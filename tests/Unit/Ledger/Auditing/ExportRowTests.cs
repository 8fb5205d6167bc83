using System.Text;
using System.Text.Json;
using KkiaEvents.Ledger.Auditing;

namespace KkiaEvents.Tests.Unit.Ledger.Auditing;

/// <summary>An order id comes from a browser and ends in an accountant's spreadsheet: it must stay text there.</summary>
public class ExportRowTests
{
    [Theory]
    [InlineData("=HYPERLINK(1)", "'=HYPERLINK(1)")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(1)", "'@SUM(1)")]
    [InlineData("＝1+1", "'＝1+1")]
    [InlineData("order;=HYPERLINK(1)", "order;'=HYPERLINK(1)")]
    [InlineData("order\t=1", "order\t'=1")]
    [InlineData("order;;@SUM(1);-2", "order;;'@SUM(1);'-2")]
    [InlineData("a\",=1", "\"a\"\",=1\"")]
    [InlineData("order-1;2", "order-1;2")]
    [InlineData("order-1042", "order-1042")]
    public void No_cell_begins_like_a_formula_whichever_sign_separates_cells(string order, string cell) => Assert.Equal(cell, Cell(ExportRow.Of, order));

    [Fact]
    public void Rows_of_earlier_exports_are_known_for_what_they_are() => Assert.Equal("order;=1", Cell(ExportRow.OfEarlier, "order;=1"));

    private static string Cell(Func<StoredEvent, JsonElement, string> row, string order)
    {
        var outcome = JsonSerializer.SerializeToElement(new { orderId = order, decidedAt = "end" });
        var line = row(new(1, Guid.Empty, "default/txn_1", 1, "order_paid", Given.Noon, Encoding.UTF8.GetBytes("{}")), outcome);
        const string before = "1,order_paid,,,,";
        Assert.StartsWith(before, line, StringComparison.Ordinal);
        return line[before.Length..line.IndexOf(",end,", StringComparison.Ordinal)];
    }
}

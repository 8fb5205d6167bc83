using System.Globalization;
using System.Text.Json.Nodes;
using KkiaEvents.Chaos.Judging;

namespace KkiaEvents.Chaos.Load;

/// <summary>A payment that will happen: what the Sandbox is told, and what must become of it.</summary>
/// <param name="Payment">For the checker.</param>
/// <param name="Template">For the Sandbox.</param>
internal sealed record PlannedPayment(Payment Payment, JsonObject Template)
{
    /// <summary>The next payments by the dice: mostly good ones, and each way in which a webhook can deceive. All of an order are paid together.</summary>
    public static IEnumerable<PlannedPayment> Next(int number, Random dice)
    {
        var amount = 100 * dice.Next(1, 5000);
        var order = string.Create(CultureInfo.InvariantCulture, $"order-{number}");
        var kind = dice.Next(100);
        if (kind < 34)
            yield return One(Truth.Paid, []);
        else if (kind < 38)
            yield return One(Truth.Announced, new() { ["webhook"] = false });
        else if (kind < 42)
            yield return One(Truth.Refunded, new() { ["method"] = "MOBILE_MONEY" });
        else if (kind < 50)
            yield return One(Truth.Paid, new() { ["settleAfterMs"] = dice.Next(500, 6000) });
        else if (kind < 57)
            yield return One(Truth.Paid, new() { ["webhookBeforeApiMs"] = dice.Next(200, 4000) });
        else if (kind < 67)
            yield return One(Truth.Failed, new() { ["outcome"] = dice.Next(2) == 0 ? "failed" : "cancelled" });
        else if (kind < 82)
            yield return One(Truth.PaidLate, new()
            {
                ["outcome"] = dice.Next(2) == 0 ? "timeout" : "failed",
                ["statusAfterTimeout"] = dice.Next(2) == 0 ? "pending" : "failed",
                ["lateSuccessAfterMs"] = dice.Next(500, 15_000),
            });
        else if (kind < 86)
            yield return One(Truth.Flagged, new() { ["webhookAmount"] = amount + 1000 });
        else if (kind < 88)
            yield return One(Truth.Flagged, new() { ["outcome"] = "unknown" });
        else if (kind < 96)
        {
            yield return One(Truth.SharesOrder, [], "a");
            yield return One(Truth.SharesOrder, [], "b");
        }
        else
            yield return One(Truth.Forged, new() { ["signature"] = dice.Next(2) == 0 ? "wrong" : "none" });

        PlannedPayment One(Truth truth, JsonObject template, string suffix = "")
        {
            var transaction = string.Create(CultureInfo.InvariantCulture, $"c{number}{suffix}");
            template["transactionId"] = transaction;
            template["amount"] = amount;
            template["stateData"] = new JsonObject { ["orderId"] = order };
            template["duplicates"] = dice.Next(3) == 0 ? dice.Next(1, 4) : 0;
            template["shuffle"] = dice.Next(2) == 0;
            template["dialect"] = dice.Next(2) == 0 ? "spec" : "field";
            var signature = dice.Next(2) == 0 ? "hmac" : "secret";
            if (!template.ContainsKey("signature"))
                template["signature"] = signature;
            return new(new(transaction, order, amount, truth), template);
        }
    }
}

using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia trigger</c></summary>
internal static class TriggerCommand
{
    // What each kind asks of the Sandbox; its README says what each field does.
    private static readonly Dictionary<string, string> Kinds = new()
    {
        ["success"] = """{"outcome":"success"}""",
        ["failed"] = """{"outcome":"failed","failureCode":"insufficient_fund"}""",
        ["timeout"] = """{"outcome":"timeout"}""",
        ["cancelled"] = """{"outcome":"cancelled"}""",
        ["late-success"] = """{"outcome":"timeout","lateSuccessAfterMs":3000}""",
        ["pending"] = """{"outcome":"pending"}""",
        ["unknown"] = """{"outcome":"unknown"}""",
        ["refunded"] = """{"outcome":"success","refundedAfterMs":3000}""",
        ["amount-mismatch"] = """{"outcome":"success","amount":100,"webhookAmount":5000}""",
        ["payout"] = """{"outcome":"success","type":"CREDIT"}""",
        ["forged"] = """{"outcome":"success","signature":"wrong"}""",
        ["duplicates"] = """{"outcome":"success","duplicates":5}""",
    };

    public static Command Create(CliContext context)
    {
        var kind = new Argument<string>("KIND") { Description = $"What becomes of the payment: {string.Join(", ", Kinds.Keys)}.", HelpName = "KIND" };
        kind.AcceptOnlyFromAmong([.. Kinds.Keys]);
        var set = new Option<string[]>("--set")
        {
            Description = "FIELD=VALUE: any field of the Sandbox's payment; a dotted name reaches into stateData; a value that is JSON is taken as such; may be given again.",
            HelpName = "FIELD=VALUE",
        };
        var sandbox = new Option<string?>("--sandbox") { Description = "The Sandbox's address; else KKIAEVENTS_SANDBOX of the environment.", HelpName = "URL" };
        var command = new KkiaCommand(
            "trigger",
            "Makes the Sandbox, the stand-in for KKiaPay, take a payment and send its webhook. No real money, ever.",
            "kkia trigger success --set stateData.orderId=order-1042 --set amount=12500", "kkia trigger failed --set failureCode=timeout", "kkia trigger amount-mismatch --json")
        {
            kind, set, sandbox,
        };
        command.SetAction((parsed, cancellation) =>
            RunAsync(context, parsed.GetRequiredValue(kind), parsed.GetValue(set) ?? [], parsed.GetValue(sandbox), parsed.GetValue(command.Json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        CliContext context, string kind, string[] sets, string? sandbox, bool json, CancellationToken cancellationToken)
    {
        var payment = JsonNode.Parse(Kinds[kind])!.AsObject();
        foreach (var set in sets)
            Set(payment, set);
        using var http = new HttpClient { BaseAddress = Address(sandbox ?? context["KKIAEVENTS_SANDBOX"]), Timeout = TimeSpan.FromSeconds(15) };
        using var response = await http.PostAsJsonAsync("/sandbox/payments", payment, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            context.Screen.Complain($"The Sandbox refuses ({(int)response.StatusCode}): {Why(answer)}");
            return ExitCodes.Found;
        }

        var made = JsonSerializer.Deserialize<JsonElement>(answer);
        if (json)
            context.Screen.Json(made);
        else
            context.Screen.Line($"{made.GetProperty("transactionId").GetString()}: {made.GetProperty("outcome")}, {made.GetProperty("amount")} XOF. kkia show {made.GetProperty("transactionId").GetString()}");
        return ExitCodes.Fine;
    }

    private static Uri Address(string? sandbox)
    {
        if (string.IsNullOrWhiteSpace(sandbox))
            throw new ServiceDefaults.ConfigurationProblemException([new("KKIAEVENTS_SANDBOX", "is missing, and no --sandbox is given.", "http://127.0.0.1:8090")]);
        return Uri.TryCreate(sandbox, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new UsageException($"'{sandbox}' is not an http address.");
    }

    // Of a problem+json what it says to its reader (RFC 9457, section 3.1.4); of anything else all.
    private static string Why(string answer)
    {
        try
        {
            return JsonNode.Parse(answer) is JsonObject problem && problem["detail"] is JsonValue detail ? detail.ToString() : answer;
        }
        catch (JsonException)
        {
            return answer;
        }
    }

    private static void Set(JsonObject payment, string set)
    {
        if (set.Split('=', 2) is not [{ Length: > 0 } name, var value])
            throw new UsageException($"'{set}' is not FIELD=VALUE, as in amount=12500.");
        var at = payment;
        var path = name.Split('.');
        foreach (var part in path[..^1])
        {
            if (at[part] is not JsonObject)
                at[part] = new JsonObject();
            at = at[part]!.AsObject();
        }

        at[path[^1]] = Value(value);
    }

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}

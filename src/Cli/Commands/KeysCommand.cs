using System.CommandLine;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Operations.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia keys create|list|revoke</c></summary>
internal static class KeysCommand
{
    private static readonly string[] Heads = ["id", "name", "scope", "merchants", "made", "by", "last used", "revoked", "by"];

    public static Command Create(CliContext context) => new("keys", "Keys of the HTTP API. A key is shown once, when it is made; only its SHA-256 is kept.")
    {
        Make(context), List(context), Revoke(context),
    };

    private static KkiaCommand Make(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "Who or what will use it; acts over the HTTP API are recorded under this name." };
        var scope = new Argument<ApiScope?>("SCOPE") { Description = "read looks; operate also acts on payments and messages; admin also makes and revokes keys; announce announces what orders are due, and nothing else.", CustomParser = Acting.Word<ApiScope>, Arity = ArgumentArity.ExactlyOne };
        scope.CompletionSources.Add("read", "operate", "admin", "announce");
        var merchant = new Option<string[]>("--merchant") { Description = "Binds it to this merchant: it reaches no other. May be given again; without it, the key reaches every merchant.", HelpName = "NAME" };
        var by = Acting.By();
        var command = new KkiaCommand("create", "Makes a key and prints it, alone on a line. Nothing can print it again.", "kkia keys create accounting read", "kkia keys create shop-a announce --merchant shop-a", "kkia keys create ama admin --json") { name, scope, merchant, by };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var operations = context.OpenOperations();
            var made = await operations.GetRequiredService<ApiKeys>().CreateAsync(
                parsed.GetRequiredValue(name), parsed.GetValue(scope)!.Value, parsed.GetValue(merchant) ?? [], parsed.GetValue(by)!, cancellation);
            if (parsed.GetValue(command.Json))
            {
                context.Screen.Json(new NewKeyView(KeyView.Of(made.Key), made.Secret));
                return ExitCodes.Fine;
            }

            context.Screen.Line(made.Secret);
            context.Screen.Tell($"Key {made.Key.Id} of {made.Key.Name}, scope {made.Key.Scope}, for {Merchants(made.Key.Merchants)}. Keep it now: it is not shown again.");
            Acting.TellUnknown(context, made.Key.Merchants);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static KkiaCommand List(CliContext context)
    {
        var command = new KkiaCommand("list", "All keys, revoked ones too, oldest first.", "kkia keys list", "kkia keys list --json");
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var operations = context.OpenOperations();
            var keys = (await operations.GetRequiredService<ApiKeys>().ListAsync(cancellation)).Select(k => KeyView.Of(k.Key, k.LastUsedAt)).ToList();
            if (parsed.GetValue(command.Json))
                context.Screen.Json(keys);
            else if (keys.Count == 0)
                context.Screen.Line("No keys. kkia keys create NAME SCOPE makes one.");
            else
                context.Screen.Rows(Heads, [.. keys.Select(Row)]);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static KkiaCommand Revoke(CliContext context)
    {
        var which = new Argument<string>("ID|NAME") { Description = "The key's id, or the name of one that is not revoked." };
        var by = Acting.By();
        var command = new KkiaCommand("revoke", "Revokes a key, at once and for good.", "kkia keys revoke accounting", "kkia keys revoke 3b1f00c25e9d4a17 --by ama") { which, by };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var operations = context.OpenOperations();
            var keys = operations.GetRequiredService<ApiKeys>();
            var given = parsed.GetRequiredValue(which);
            var id = (await keys.ListAsync(cancellation)).FirstOrDefault(k => k.Key.Name == given && k.Key.RevokedAt is null)?.Key.Id ?? given;
            var key = await keys.RevokeAsync(id, parsed.GetValue(by)!, cancellation);
            if (parsed.GetValue(command.Json))
                context.Screen.Json(KeyView.Of(key));
            else
                context.Screen.Line($"Key {key.Id} of {key.Name} is revoked since {StoryText.Time(key.RevokedAt!.Value)}, by {key.RevokedBy}.");
            return ExitCodes.Fine;
        });
        return command;
    }

    private static string Merchants(IReadOnlyList<string> merchants) => merchants.Count == 0 ? "every merchant" : string.Join(", ", merchants);

    private static IReadOnlyList<string> Row(KeyView key) =>
    [
        key.Id, key.Name, key.Scope.ToString(), Merchants(key.Merchants), StoryText.Time(key.CreatedAt), key.CreatedBy,
        key.LastUsedAt is { } used ? StoryText.Time(used) : "never", key.RevokedAt is { } at ? StoryText.Time(at) : "", key.RevokedBy ?? "",
    ];
}

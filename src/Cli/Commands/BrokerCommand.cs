using System.CommandLine;
using KkiaEvents.Operations.BrokerUsers;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia broker user</c></summary>
internal static class BrokerCommand
{
    public static Command Create(CliContext context) => new("broker", "Users of RabbitMQ for your services.") { User(context) };

    private static KkiaCommand User(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "The user's name; your service's, for one." };
        var queue = new Option<string>("--queue") { Description = "The service's queue. MassTransit names it after the consumer's class: OrderPayments for OrderPaymentsConsumer.", HelpName = "QUEUE", Required = true };
        var merchant = new Option<string?>("--merchant") { Description = "Show it this merchant's outcomes only, from an exchange named as the queue. Without it, every merchant's.", HelpName = "NAME" };
        var announce = new Option<bool>("--announce") { Description = "Let it announce what orders are due." };
        var replace = new Option<bool>("--replace") { Description = "Give a user that is there a new password and these rights." };
        var control = new Option<string>("--rabbitmqctl")
        {
            Description = $"How a shell calls rabbitmqctl of the broker; else {BrokerControl.Variable}, which .run/env sets.", HelpName = "COMMAND",
            DefaultValueFactory = _ => context[BrokerControl.Variable] ?? "rabbitmqctl",
        };
        var print = new Option<bool>("--print") { Description = "Change nothing; print what to run where the broker is." };
        var command = new KkiaCommand(
            "user", "Makes a user for a service that subscribes, and prints the address for it, alone on a line. Its password is shown once.",
            "kkia broker user orders --queue HandOver", "kkia broker user shop-a-orders --merchant shop-a --queue shop-a-orders --announce",
            "kkia broker user orders --queue HandOver --rabbitmqctl 'docker compose exec -T rabbitmq rabbitmqctl'", "kkia broker user orders --queue HandOver --print", "kkia broker user orders --queue HandOver --json")
        {
            name, queue, merchant, announce, replace, control, print,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var user = new BrokerUser(parsed.GetRequiredValue(name), parsed.GetRequiredValue(queue), parsed.GetValue(merchant), parsed.GetValue(announce));
            user.Check();
            var address = context.BusAddress();
            var password = BrokerUserDefinitions.NewPassword();
            var definitions = BrokerUserDefinitions.Write(user, address.VirtualHost, password);
            var uri = $"{address.Uri.Scheme}://{user.Name}:{password}@{address.Uri.Host}:{address.Port}/{Uri.EscapeDataString(address.VirtualHost)}";
            if (parsed.GetValue(print))
            {
                context.Screen.Script($"rabbitmqctl import_definitions <<'END'\n{definitions}\nEND\n# Then it connects with {uri}");
                return ExitCodes.Fine;
            }

            var broker = new BrokerControl(parsed.GetValue(control)!);
            if (BrokerUserDefinitions.Conflict(user, address.VirtualHost, await broker.ExportAsync(cancellation), parsed.GetValue(replace)) is { } conflict)
            {
                context.Screen.Complain(conflict);
                return ExitCodes.Found;
            }

            await broker.ImportAsync(definitions, cancellation);
            if (parsed.GetValue(command.Json))
                context.Screen.Json(new { user = user.Name, user.Queue, user.Merchant, user.Announces, uri });
            else
                context.Screen.Line(uri);
            Explain(context, user);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static void Explain(CliContext context, BrokerUser user)
    {
        context.Screen.Tell(user.Merchant is null
            ? $"User {user.Name} may have the queue {user.Queue}, and bind it to every outcome. Keep the address: its password is not shown again."
            : $"User {user.Name} may have the queue {user.Queue}. Bind it to the exchange {user.Queue}, which gets what merchant {user.Merchant} gets (docs/security.md shows how). Keep the address: its password is not shown again.");
        Acting.TellUnknown(context, user.Merchant is { } named ? [named] : []);
        if (user.Announces)
        {
            context.Screen.Tell(
                $"It announces to the exchange {user.AnnouncementsExchange}, with the message property user-id set to {user.Name}, which several merchants need." +
                (user.Merchant is { } merchant && merchant != user.Name ? $" Processor believes it with Kkiapay__Merchants__{merchant}__Announcers__0={user.Name}." : ""));
        }
    }
}

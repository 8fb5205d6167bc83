using DotnetSubscriber;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.Configuration.AddKeyPerFile("/run/secrets", optional: true);
var broker = builder.Configuration.GetConnectionString("RabbitMq")
    ?? throw new InvalidOperationException("ConnectionStrings__RabbitMq is missing. Example: amqp://user:password@localhost:5672/");
builder.Services.AddSingleton<HandledEvents>();
builder.Services.AddMassTransit(bus =>
{
    // It would tell its makers about our queues.
    bus.DisableUsageTelemetry();
    bus.AddConsumer<OrderPaymentsConsumer>();
    bus.UsingRabbitMq((context, rabbit) =>
    {
        rabbit.Host(new Uri(broker));
        rabbit.ConfigureEndpoints(context);
    });
});
await builder.Build().RunAsync();

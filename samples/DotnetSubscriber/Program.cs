using DotnetSubscriber;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.Configuration.AddKeyPerFile("/run/secrets", optional: true);
var broker = builder.Configuration["KKIAEVENTS_AMQP_URL"]
    ?? throw new InvalidOperationException("KKIAEVENTS_AMQP_URL is missing. Example: amqp://user:password@localhost:5672/kkiaevents");
builder.Services.AddSingleton<HandledEvents>();
builder.Services.AddSingleton<Orders>();
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

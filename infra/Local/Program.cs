using KkiaEvents.Local.Backing;

var kind = await LocalServices.ChooseAsync(args.ElementAtOrDefault(1));
await using var services = LocalServices.In(args[0], kind, new LocalServicesOptions { Management = true });
var clock = System.Diagnostics.Stopwatch.StartNew();
await services.StartAsync();
Console.WriteLine($"{clock.Elapsed} {services.Broker.Description} {services.Database.Description}");
return 0;

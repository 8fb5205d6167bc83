using KkiaEvents.Ingress;
using KkiaEvents.ServiceDefaults;

return await ServiceHost.RunAsync(args, () => IngressApp.Build(args));

using KkiaEvents.Ingress;
using KkiaEvents.ServiceDefaults;

return await ServiceHost.RunAsync(() => IngressApp.Build(args));

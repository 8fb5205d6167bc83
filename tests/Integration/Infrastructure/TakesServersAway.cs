namespace KkiaEvents.Tests.Integration.Infrastructure;

/// <summary>Classes that stop, kill or freeze a server run when no other class does: the servers are everybody's.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TakesServersAway
{
    public const string Name = "takes servers away";
}

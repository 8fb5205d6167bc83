namespace KkiaEvents.Tests.Integration.Infrastructure;

/// <summary>An installation whose outcomes nobody takes.</summary>
public sealed class NobodySubscribed(Services services) : Installation(services)
{
    protected override bool Subscribed => false;
}

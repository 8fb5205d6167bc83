using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Processor.Consuming;

/// <summary>
/// Whose announcements count for a merchant: those of the RabbitMQ users in <c>Kkiapay__Merchants__NAME__Announcers__0</c>,
/// <c>__1</c> … Where none is set, a single merchant takes them from whoever the broker lets publish; one of several, only from
/// the user of its own name. The user is the message's <c>user-id</c>, which the broker checks. Read each time, so that a
/// change in the configuration's files counts at once.
/// </summary>
internal sealed class Announcers(Merchants merchants)
{
    /// <summary>Why an announcement is not believed, and what to set; null when it is.</summary>
    /// <param name="merchant">A configured merchant.</param>
    /// <param name="user">The message's <c>user-id</c>; null when it has none.</param>
    public string? ProblemOf(string merchant, string? user)
    {
        var named = merchants.SectionOf(merchant).GetSection("Announcers").GetChildren().Select(c => c.Value).OfType<string>().Where(u => u.Length > 0).ToList();
        if (named.Count == 0 && merchants.Names.Count() < 2)
            return null;
        IReadOnlyList<string> believed = named.Count > 0 ? named : [merchant];
        if (user is not null && believed.Contains(user, StringComparer.Ordinal))
            return null;
        return (string.IsNullOrEmpty(user)
                ? $"it does not say which user of the broker sends it. Set the message's property user-id to that user"
                : $"'{user}' is no announcer of merchant '{merchant}'. Announce as {string.Join(" or ", believed.Select(b => $"'{b}'"))}")
            + $"; Kkiapay__Merchants__{merchant}__Announcers__{named.Count} on Processor names another.";
    }
}

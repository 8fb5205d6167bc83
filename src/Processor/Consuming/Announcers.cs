using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Processor.Consuming;

/// <summary>
/// Whose announcements are believed for a merchant: of the broker's users that <c>Kkiapay__Merchants__NAME__Announcers__0</c>,
/// <c>__1</c> … name. Where none is named, an only merchant believes whoever the broker lets publish; one of several believes
/// the user that is called as it is. The user is the message's <c>user-id</c>, which the broker checks. Read anew each time, so
/// that a change of the configuration's files counts at once.
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

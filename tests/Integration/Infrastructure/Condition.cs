using System.Diagnostics;

namespace KkiaEvents.Tests.Integration.Infrastructure;

/// <summary>Waits for a condition, with a deadline; never for a time.</summary>
public static class Condition
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static async Task HoldsAsync(string what, Func<Task<bool>> holds, TimeSpan? deadline = null)
    {
        var limit = deadline ?? Deadline;
        var watch = Stopwatch.StartNew();
        Exception? last = null;
        while (watch.Elapsed < limit)
        {
            try
            {
                if (await holds())
                    return;
                last = null;
            }
            catch (Exception e) when (e is HttpRequestException or Npgsql.NpgsqlException or TimeoutException)
            {
                last = e;
            }

            await Task.Delay(20);
        }

        Assert.Fail($"Within {limit}, this did not come to hold: {what}. {last?.Message}");
    }

    public static Task HoldsAsync(string what, Func<bool> holds, TimeSpan? deadline = null) => HoldsAsync(what, () => Task.FromResult(holds()), deadline);
}

using System.Globalization;
using KkiaEvents.Local.Supervision;

namespace KkiaEvents.Local.Day;

/// <summary>Plays the day against a running system and judges every payment.</summary>
internal static class ScriptedDay
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <returns>True when every payment ended as it must.</returns>
    public static async Task<bool> PlayAsync(LocalSystem system, LabelledOutput output, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Deadline);
        await using var events = await EventCollector.SubscribeAsync(system.BrokerConnection, cancellation).ConfigureAwait(false);
        await using var ledger = new LedgerProbe(system.LedgerConnection);
        using var sandbox = new SandboxControl(system.SandboxAddress);
        var stage = new DayStage(sandbox, events, ledger);
        var script = new DayScript(DateTime.UtcNow.ToString("HHmmssff", CultureInfo.InvariantCulture));
        var entries = new List<DayEntry> { script.ProviderDown() };
        output.Say("Playing a day of payments …");
        try
        {
            await RunAsync(stage, entries[0], limit.Token).ConfigureAwait(false);
            var together = script.Payments();
            entries.AddRange(together);
            await Task.WhenAll(together.Select(entry => RunAsync(stage, entry, limit.Token))).ConfigureAwait(false);

            var last = script.Last();
            entries.Add(last);
            await RunAsync(stage, last, limit.Token).ConfigureAwait(false);
            await UntilNothingIsOnTheWayAsync(stage, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // What did not come in time shows in the table.
            output.Say($"Not everything came within {Deadline.TotalSeconds:0} s.");
        }

        var refused = await RefusedDeliveriesAsync(sandbox, entries, cancellation).ConfigureAwait(false);
        return DayTable.Print(entries, events, refused);
    }

    private static async Task RunAsync(DayStage stage, DayEntry entry, CancellationToken cancellation)
    {
        entry.Noted = await entry.Play(stage, cancellation).ConfigureAwait(false);
        await stage.Events.WaitForAsync(entry.TransactionId, entry.ExpectedEvents, cancellation).ConfigureAwait(false);
    }

    // That no further event follows can't be waited for; that nothing is left which could become one can.
    private static async Task UntilNothingIsOnTheWayAsync(DayStage stage, CancellationToken cancellation)
    {
        while (await stage.Events.ReadyAsync("kkiaevents-processor", cancellation).ConfigureAwait(false) > 0)
            await Task.Delay(50, cancellation).ConfigureAwait(false);
        await stage.Ledger.WaitUntilDeliveredAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyDictionary<string, int>> RefusedDeliveriesAsync(
        SandboxControl sandbox, IEnumerable<DayEntry> entries, CancellationToken cancellation)
    {
        var refused = new Dictionary<string, int>();
        foreach (var entry in entries)
        {
            var statuses = await sandbox.DeliveriesAsync(entry.TransactionId, cancellation).ConfigureAwait(false);
            if (statuses.Count(status => status is null or < 200 or > 299) is > 0 and var count)
                refused[entry.TransactionId] = count;
        }

        return refused;
    }
}

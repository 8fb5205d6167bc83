using KkiaEvents.Contracts;
using KkiaEvents.Ingress.Publishing;
using KkiaEvents.Ingress.Spooling;
using KkiaEvents.Ingress.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace KkiaEvents.Tests.Unit.Ingress;

/// <summary>Folders for spools, gone after the test.</summary>
public sealed class SpoolFolders : IDisposable
{
    private readonly List<string> _paths = [];

    public string New()
    {
        var path = Path.Combine(Path.GetTempPath(), $"kkiaevents-spool-{Guid.NewGuid():n}");
        _paths.Add(path);
        return path;
    }

    /// <summary>The files as they are now, as a power cut would leave them (everything that was not yet written is in them too).</summary>
    public string CopyOf(string path)
    {
        var copy = New();
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(path, "*-*"))
        {
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var to = File.Create(Path.Combine(copy, Path.GetFileName(file)));
            from.CopyTo(to);
        }

        return copy;
    }

    public void Dispose()
    {
        foreach (var path in _paths.Where(Directory.Exists))
            Directory.Delete(path, recursive: true);
    }

    internal static Spool Open(string path, long maxBytes = 64 << 20)
    {
        var spool = new Spool(new(path, maxBytes), TimeProvider.System, NullLogger<Spool>.Instance);
        spool.Open();
        return spool;
    }

    internal static SpoolRecord Record(string transaction, int padding = 0) => SpooledWebhook.Of(Webhook(transaction, padding), DateTimeOffset.UtcNow);

    internal static IncomingWebhook Webhook(string transaction, int padding = 0) => IncomingWebhook.Of(new TransactionSucceeded
    {
        DeliveryId = Guid.CreateVersion7(), Merchant = "default", TransactionId = transaction, Event = "transaction.success", Amount = 5000,
        Body = "{ \"exact\" :  \"é\\u00e9 \\n" + new string('x', padding) + "\"}", Signature = "abc", ReceivedAt = DateTimeOffset.UtcNow,
    });

    /// <summary>The only segment that is there.</summary>
    public static string SegmentIn(string path) => Directory.GetFiles(path, "*.segment").Single();

    internal static List<SpooledRecord> All(Spool spool)
    {
        var all = new List<SpooledRecord>();
        while (spool.Read(all.Count == 0 ? SpoolPlace.Start : all[^1].Place, 100) is { Count: > 0 } some)
            all.AddRange(some);
        return all;
    }

    internal static List<Guid> Ids(Spool spool) => All(spool).ConvertAll(r => SpooledWebhook.Read(r.Record).DeliveryId);
}

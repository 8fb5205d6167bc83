using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ingress.Webhooks;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>One webhook as it lies in the spool: the bus message as JSON, its type, and a checksum over all of it.</summary>
/// <param name="DeliveryId">The bus message's id.</param>
/// <param name="Type">The contract's name.</param>
/// <param name="SpooledAt">When it was spooled, UTC.</param>
/// <param name="Content">The contract as JSON, UTF-8.</param>
/// <param name="Checksum">SHA-256 over the others.</param>
internal sealed record SpoolRecord(Guid DeliveryId, string Type, DateTimeOffset SpooledAt, byte[] Content, byte[] Checksum)
{
    private static readonly Dictionary<string, Type> Types = new[]
    {
        typeof(TransactionSucceeded), typeof(TransactionFailed), typeof(TransactionTimedOut), typeof(TransactionUnrecognized),
    }.ToDictionary(type => type.Name);

    // What came in came in: nothing of it is left out for being null, and names are those of the contract.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    /// <summary>What it weighs on disk, in bytes and about.</summary>
    public int Weight => Content.Length + 160;

    public static SpoolRecord Of(IncomingWebhook webhook, DateTimeOffset now)
    {
        var type = webhook.Message.GetType();
        var content = JsonSerializer.SerializeToUtf8Bytes(webhook.Message, type, Json);
        return new(webhook.DeliveryId, type.Name, now, content, ChecksumOf(webhook.DeliveryId, type.Name, now, content));
    }

    /// <summary>The webhook again.</summary>
    /// <exception cref="UnreadableRecordException">The bytes are not those that were spooled, or no message of this version.</exception>
    public IncomingWebhook ToWebhook()
    {
        if (!Checksum.AsSpan().SequenceEqual(ChecksumOf(DeliveryId, Type, SpooledAt, Content)))
            throw new UnreadableRecordException("its checksum is wrong");
        if (!Types.TryGetValue(Type, out var type))
            throw new UnreadableRecordException($"this version knows no message '{Type}'");
        try
        {
            return JsonSerializer.Deserialize(Content, type, Json) switch
            {
                TransactionNotification n => IncomingWebhook.Of(n),
                TransactionUnrecognized u => IncomingWebhook.Of(u),
                _ => throw new UnreadableRecordException("it is empty"),
            };
        }
        catch (JsonException e)
        {
            throw new UnreadableRecordException($"it is no {Type}: {e.Message}");
        }
    }

    private static byte[] ChecksumOf(Guid deliveryId, string type, DateTimeOffset spooledAt, byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{deliveryId:n} {type} {spooledAt.UtcTicks} "));
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }
}

/// <summary>A record is not what was spooled.</summary>
internal sealed class UnreadableRecordException(string message) : Exception(message);

/// <summary>A record and its place.</summary>
/// <param name="Opening">Which opening of which file it was read in: in another, the same place may be another record's.</param>
/// <param name="Sequence">Grows with each record.</param>
/// <param name="Record">The record.</param>
internal sealed record SpooledRecord(long Opening, long Sequence, SpoolRecord Record);

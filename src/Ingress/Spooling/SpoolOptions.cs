using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>Where the spool is, and how much it may hold.</summary>
/// <param name="Directory">A folder on a local disk that outlives the process. One Ingress's alone.</param>
/// <param name="MaxBytes">Beyond it webhooks are refused.</param>
internal sealed record SpoolOptions(string Directory, long MaxBytes)
{
    public const string DirectoryKey = "Ingress__Spool__Directory";

    public const string MaxMegabytesKey = "Ingress__Spool__MaxMegabytes";

    public const string Example = "/var/lib/kkiaevents/spool";

    /// <summary>
    /// The folder has no default: one that a container keeps in its own layer goes with the container, and with it
    /// payments that were acknowledged. Who installs says where the disk is.
    /// </summary>
    public static SpoolOptions Read(Settings settings)
    {
        var directory = settings.Required(
            DirectoryKey, Example, path => Path.IsPathRooted(path) ? null : "is not an absolute path: a spool must be found again wherever the service is started from.");
        return new(directory, settings.Number(MaxMegabytesKey, 1024, 1, 1_000_000) * 1024L * 1024);
    }
}

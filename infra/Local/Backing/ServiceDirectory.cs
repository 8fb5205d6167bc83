using System.Security.Cryptography;
using System.Text;

namespace KkiaEvents.Local.Backing;

/// <summary>
/// The directory that a private server keeps its state in, owned by its account. Below the one asked for, unless the
/// account may not get there (a checkout in root's home, mostly): then below /var/lib/kkiaevents, by the first one's hash.
/// </summary>
internal sealed class ServiceDirectory
{
    /// <summary>The file that says where the directory is instead.</summary>
    public const string Pointer = "MOVED_TO";

    private readonly string wanted;

    private ServiceDirectory(string wanted, ServiceAccount account)
    {
        this.wanted = wanted;
        Account = account;
        Path = wanted;
        Id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted)))[..12];
    }

    public ServiceAccount Account { get; }

    /// <summary>Where it is, once <see cref="PrepareAsync"/> has run.</summary>
    public string Path { get; private set; }

    /// <summary>The same for the same directory, another for any other: names a node, a container.</summary>
    public string Id { get; }

    public static ServiceDirectory For(string parent, string name, ServiceAccount account) =>
        new(System.IO.Path.GetFullPath(System.IO.Path.Combine(parent, name)), account);

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public async Task PrepareAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(wanted);
        await Account.OwnAsync(wanted, cancellation).ConfigureAwait(false);
        if (await Account.CanEnterAsync(wanted, cancellation).ConfigureAwait(false))
            return;
        Path = System.IO.Path.Combine("/var/lib/kkiaevents", Id);
        var pointer = System.IO.Path.Combine(wanted, Pointer);
        // Without the pointer, what lies there belongs to a checkout that was deleted: its passwords are not ours.
        if (!System.IO.File.Exists(pointer) && Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        Directory.CreateDirectory(Path);
        await Account.OwnAsync(Path, cancellation).ConfigureAwait(false);
        await System.IO.File.WriteAllTextAsync(pointer, Path + "\n", cancellation).ConfigureAwait(false);
    }
}

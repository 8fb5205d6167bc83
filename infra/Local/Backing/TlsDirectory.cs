namespace KkiaEvents.Local.Backing;

/// <summary>Where a private server finds its certificate: files in its own directory, which only its account reads.</summary>
internal static class TlsDirectory
{
    public static string Certificate(ServiceDirectory directory) => directory.File("server.pem");

    public static string Key(ServiceDirectory directory) => directory.File("server.key");

    public static string Authority(ServiceDirectory directory) => directory.File("authority.pem");

    public static void Write(ServiceDirectory directory, TlsFiles files)
    {
        PrivateFile.Write(Certificate(directory), files.Certificate + "\n");
        PrivateFile.Write(Key(directory), files.Key + "\n");
        PrivateFile.Write(Authority(directory), files.Authority + "\n");
    }
}

namespace KkiaEvents.Sbom;

/// <summary>A NuGet package. Ids differ in case between a feed's documents; the packages don't.</summary>
internal sealed record Package(string Id, string Version)
{
    public bool Equals(Package? other) => other is not null
        && Id.Equals(other.Id, StringComparison.OrdinalIgnoreCase) && Version.Equals(other.Version, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(
        StringComparer.OrdinalIgnoreCase.GetHashCode(Id), StringComparer.OrdinalIgnoreCase.GetHashCode(Version));

    public override string ToString() => $"{Id} {Version}";
}

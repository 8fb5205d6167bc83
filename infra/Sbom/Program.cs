using KkiaEvents.Sbom;

if (args is not [var drafts, var shipped, var target])
{
    Console.Error.WriteLine("KkiaEvents.Sbom DRAFTS SHIPPED TARGET: see infra/sbom.sh.");
    return 2;
}

Directory.CreateDirectory(target);
var faults = 0;
foreach (var draft in Directory.EnumerateFiles(drafts, "*.cdx.json").Order(StringComparer.Ordinal))
{
    var file = Path.GetFileName(draft);
    var name = file[..^".cdx.json".Length];
    var bill = new BillOfMaterials(File.ReadAllText(draft), Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH"));
    File.WriteAllText(Path.Combine(target, file), bill.ToString());
    Console.WriteLine($"{name}: {string.Join(", ", [$"{bill.Packages.Count} packages", .. bill.Licences])}");
    foreach (var fault in bill.Faults(Shipped.In(Path.Combine(shipped, name))))
    {
        Console.Error.WriteLine($"{name}: {fault}");
        faults++;
    }
}

return faults == 0 ? 0 : 1;

using System.Globalization;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>
/// The names in the spool's folder, numbered upwards: <c>spool-NUMBER.db</c> is one in use, <c>.db.new</c> one being made,
/// <c>.damaged</c> one that a person must look at; <c>-wal</c> behind any of them is its log. Each step is on the disk before the
/// next begins, and <see cref="Finish"/> does the rest of what a kill cut short.
/// </summary>
internal sealed class SpoolFiles(SpoolFolder folder)
{
    public const string Log = "-wal";
    private const string Prefix = "spool-";
    private const string InUse = ".db";
    private const string New = ".new";
    private const string Damaged = ".damaged";

    /// <summary>How many damaged files wait for a person; a log that lost its file is one.</summary>
    public int CountKept() =>
        Directory.GetFiles(folder.Path, $"{Prefix}*{Damaged}*").Select(path => path.EndsWith(Log, StringComparison.Ordinal) ? path[..^Log.Length] : path).Distinct().Count();

    /// <summary>The number of the file in use; null when there is none.</summary>
    public long? Current() => Numbers(InUse) is [.., var last] ? last : null;

    /// <summary>A number that no file has, and none that was kept had.</summary>
    public long Next() => Numbers("").LastOrDefault() + 1;

    public string PathOf(long number) => Stem(number) + InUse;

    public string NewPathOf(long number) => PathOf(number) + New;

    /// <summary>Older files that are still there although the one in use has taken their place.</summary>
    public IReadOnlyList<long> Replaced() => Numbers(InUse).SkipLast(1).ToList();

    /// <summary>Deletes what was not finished, and brings together or deletes logs whose file has gone ahead of them.</summary>
    /// <returns>Under which names logs are kept that lost their file.</returns>
    public IReadOnlyList<string> Finish()
    {
        foreach (var unfinished in Directory.GetFiles(folder.Path, $"{Prefix}*{InUse}{New}*"))
            File.Delete(unfinished);
        var current = Current() ?? 0;
        var kept = new List<string>();
        foreach (var number in Numbers(InUse + Log).Where(number => !File.Exists(PathOf(number))))
        {
            var log = PathOf(number) + Log;
            if (KeptWithoutLog(number) is { } file)
                Rename(log, file + Log);
            else if (number < current || new FileInfo(log).Length == 0)
                File.Delete(log);
            else
                kept.Add(KeepLog(number));
        }

        return kept;
    }

    /// <summary>Gives a new file, which is complete without its log, its name.</summary>
    public void Install(long number)
    {
        File.Delete(NewPathOf(number) + Log);
        Rename(NewPathOf(number), PathOf(number));
    }

    /// <summary>Deletes a file whose successor has all of it: the log last, for without it the file is another.</summary>
    public void Remove(long number)
    {
        File.Delete(PathOf(number));
        folder.Synchronize();
        File.Delete(PathOf(number) + Log);
    }

    /// <summary>Keeps a damaged file for a person, its log with it.</summary>
    /// <returns>Its name from now on.</returns>
    public string Keep(long number)
    {
        var kept = FreeName(number);
        Rename(PathOf(number), kept);
        if (File.Exists(PathOf(number) + Log))
            Rename(PathOf(number) + Log, kept + Log);
        return kept;
    }

    private string KeepLog(long number)
    {
        var kept = FreeName(number) + Log;
        Rename(PathOf(number) + Log, kept);
        return kept;
    }

    private void Rename(string from, string to)
    {
        File.Move(from, to);
        folder.Synchronize();
    }

    private string? KeptWithoutLog(long number) => KeptNames(number).TakeWhile(name => File.Exists(name) || File.Exists(name + Log)).LastOrDefault() is { } last && !File.Exists(last + Log) ? last : null;

    private string FreeName(long number) => KeptNames(number).First(name => !File.Exists(name) && !File.Exists(name + Log));

    private IEnumerable<string> KeptNames(long number) =>
        Enumerable.Range(1, int.MaxValue).Select(n => n == 1 ? Stem(number) + Damaged : string.Create(CultureInfo.InvariantCulture, $"{Stem(number)}.{n}{Damaged}"));

    private List<long> Numbers(string ending) =>
        [.. Directory.GetFiles(folder.Path, $"{Prefix}*{ending}").Select(path => NumberOf(Path.GetFileName(path), ending)).Where(number => number > 0).Distinct().Order()];

    // With no ending, whatever begins with a number counts.
    private static long NumberOf(string name, string ending)
    {
        var digits = name.AsSpan(Prefix.Length);
        digits = ending.Length > 0 ? digits[..^ending.Length] : digits[..(digits.IndexOf('.') is >= 0 and var dot ? dot : digits.Length)];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private string Stem(long number) => Path.Combine(folder.Path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:000000}"));
}

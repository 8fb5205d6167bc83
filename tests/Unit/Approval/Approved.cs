namespace KkiaEvents.Tests.Unit.Approval;

/// <summary>
/// Holds text against a committed file beside the tests (<c>NAME.approved.EXT</c>). On a difference the new text is
/// written to the output folder as <c>NAME.received.EXT</c>: copy it over the approved one if the change is meant.
/// </summary>
internal static class Approved
{
    public static void Matches(string folder, string name, string extension, string actual)
    {
        var directory = Path.Combine(AppContext.BaseDirectory, folder);
        var approved = Path.Combine(directory, $"{name}.approved.{extension}");
        var received = Path.Combine(directory, $"{name}.received.{extension}");
        var text = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        var expected = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "";
        if (text == expected)
        {
            File.Delete(received);
            return;
        }

        Directory.CreateDirectory(directory);
        File.WriteAllText(received, text);
        Assert.Fail(
            $"{folder}/{name}.approved.{extension} differs from what was received. If the change is meant, copy " +
            $"{Path.GetFileName(received)} from the test's output folder over it.{Environment.NewLine}{FirstDifference(expected, text)}");
    }

    private static string FirstDifference(string expected, string actual)
    {
        var before = expected.Split('\n');
        var after = actual.Split('\n');
        var line = Enumerable.Range(0, Math.Max(before.Length, after.Length))
            .First(i => before.ElementAtOrDefault(i) != after.ElementAtOrDefault(i));
        return $"Line {line + 1}: approved \"{before.ElementAtOrDefault(line)}\", received \"{after.ElementAtOrDefault(line)}\".";
    }
}

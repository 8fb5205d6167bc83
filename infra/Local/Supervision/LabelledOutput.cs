namespace KkiaEvents.Local.Supervision;

/// <summary>
/// What the services print, each line under its service's name: on the console (in colour only on a terminal), and kept
/// in a file per service under .run/logs.
/// </summary>
internal sealed class LabelledOutput(Layout layout, bool quiet)
{
    private const int LabelWidth = 11;
    private static readonly int[] Colours = [36, 32, 33, 35, 34, 96, 92, 93];
    private readonly bool colourful = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
    private readonly Lock writing = new();
    private int labels;

    /// <summary>A writer for one service's lines; its file starts empty.</summary>
    public Action<string> For(string label)
    {
        var colour = Colours[labels++ % Colours.Length];
        var prefix = colourful ? $"\e[{colour}m{label.PadRight(LabelWidth)}│\e[0m " : $"{label.PadRight(LabelWidth)}| ";
        var file = new StreamWriter(Path.Combine(layout.Logs, $"{label}.log"), append: false) { AutoFlush = true };
        return line =>
        {
            lock (writing)
            {
                file.WriteLine(line);
                if (!quiet)
                    Console.WriteLine(prefix + line);
            }
        };
    }

    /// <summary>What the run itself has to say.</summary>
    public void Say(string text)
    {
        lock (writing)
            Console.WriteLine(text);
    }
}

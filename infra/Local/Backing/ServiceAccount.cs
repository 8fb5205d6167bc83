using CliWrap;
using CliWrap.Buffered;

namespace KkiaEvents.Local.Backing;

/// <summary>
/// The account that a server runs as. PostgreSQL refuses root, and neither server needs it: for root it is the system
/// account that the package made, for anyone else it is themselves.
/// </summary>
internal sealed record ServiceAccount(string? Name)
{
    public static ServiceAccount For(string systemAccount) => new(Environment.IsPrivilegedProcess ? systemAccount : null);

    /// <summary>The command that runs a program as this account, in the same process (no shell and no PAM session in between).</summary>
    public Command Command(string program, params string[] arguments) => Name is null
        ? Cli.Wrap(program).WithArguments(arguments)
        : Cli.Wrap("setpriv").WithArguments(
            ["--reuid", Name, "--regid", Name, "--init-groups", "--", program, .. arguments]);

    /// <summary>The same as a line of shell.</summary>
    public string Line(string program) => Name is null ? ShellWord.Of(program) : $"setpriv --reuid {Name} --regid {Name} --init-groups -- {ShellWord.Of(program)}";

    public async Task<bool> CanEnterAsync(string directory, CancellationToken cancellation)
    {
        if (Name is null)
            return true;
        var answer = await Command("test", "-x", directory)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancellation)
            .ConfigureAwait(false);
        return answer.ExitCode == 0;
    }

    public async Task OwnAsync(string directory, CancellationToken cancellation)
    {
        if (Name is not null)
            await Cli.Wrap("chown").WithArguments(["-R", $"{Name}:", directory]).ExecuteAsync(cancellation).ConfigureAwait(false);
    }
}

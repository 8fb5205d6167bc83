using System.Globalization;
using CliWrap.Buffered;
using KkiaEvents.Local.Supervision;

namespace KkiaEvents.Local.Backing;

/// <summary>
/// A RabbitMQ of our own, from the system's package: own node name, data, cookie, Erlang port mapper and ports, all on
/// 127.0.0.1, so that it neither meets nor disturbs another broker of this machine.
/// </summary>
internal sealed class PrivateRabbitMq(ServiceDirectory directory, BrokerEndpoint endpoint, LocalServicesOptions options)
    : IBrokerService
{
    private readonly string program = FindProgram();
    private readonly int portMapperPort = LoopbackPort.Free();
    private SupervisedProcess? portMapper;
    private SupervisedProcess? server;

    private string PidFile => directory.File("pid");

    public string Description { get; private set; } = "RabbitMQ (not started)";

    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (server is { HasExited: false })
            return;
        await PrepareAsync(cancellation).ConfigureAwait(false);
        var environment = Settings();
        if (portMapper is null or { HasExited: true })
        {
            portMapper = SupervisedProcess.Start(
                directory.Account.Command("epmd", "-address", "127.0.0.1", "-port", environment["ERL_EPMD_PORT"]).WithWorkingDirectory(directory.Path));
        }

        server = SupervisedProcess.Start(
            directory.Account.Command(program).WithWorkingDirectory(directory.Path).WithEnvironmentVariables(environment!));
        Description = await WaitUntilReadyAsync(server, cancellation).ConfigureAwait(false);
    }

    public async Task StopAsync(CancellationToken cancellation = default)
    {
        if (server is null)
            return;
        // The start script passes the signal on and waits for the node to write everything down.
        await server.StopAsync(UnixSignal.Terminate, TimeSpan.FromSeconds(30)).ConfigureAwait(false);
        server = null;
    }

    public async Task KillAsync(CancellationToken cancellation = default)
    {
        if (server is null)
            return;
        if (NodeProcess() is { } node)
            UnixSignal.Kill.Send(node);
        await server.StopAsync(UnixSignal.Kill, TimeSpan.FromSeconds(5)).ConfigureAwait(false);
        server = null;
    }

    public Task PauseAsync(CancellationToken cancellation = default) => ProcessFreeze.FreezeAsync(RunningNode());

    public Task ResumeAsync(CancellationToken cancellation = default)
    {
        UnixSignal.Continue.Send(RunningNode());
        return Task.CompletedTask;
    }

    public string ControlCommand => string.Join(' ', Settings()
        .Where(s => s.Key is "HOME" or "RABBITMQ_NODENAME" or "ERL_EPMD_PORT" or "ERL_EPMD_ADDRESS" or "RABBITMQ_CONF_ENV_FILE")
        .Select(s => ShellWord.Of($"{s.Key}={s.Value}"))
        .Prepend("env")
        .Append(directory.Account.Line(Path.Combine(Path.GetDirectoryName(program)!, "rabbitmqctl"))));

    public async Task ControlAsync(params string[] arguments) =>
        await directory.Account.Command(Path.Combine(Path.GetDirectoryName(program)!, "rabbitmqctl"), arguments)
            .WithWorkingDirectory(directory.Path).WithEnvironmentVariables(Settings()!)
            .ExecuteBufferedAsync().ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        await (options.Durable ? StopAsync() : KillAsync()).ConfigureAwait(false);
        if (portMapper is not null)
            await portMapper.StopAsync(UnixSignal.Terminate, TimeSpan.FromSeconds(5)).ConfigureAwait(false);
        portMapper = null;
    }

    private async Task PrepareAsync(CancellationToken cancellation)
    {
        await directory.PrepareAsync(cancellation).ConfigureAwait(false);
        Directory.CreateDirectory(directory.File("data"));
        Directory.CreateDirectory(directory.File("log"));
        var cookie = directory.File(".erlang.cookie");
        if (!File.Exists(cookie))
            PrivateFile.Write(cookie, ServicesState.RandomWord());
        PrivateFile.Write(directory.File("rabbitmq.conf"), Configuration());
        PrivateFile.Write(directory.File("definitions.json"), BrokerDefinitions.For(endpoint, BrokerEndpoint.DefaultVirtualHost));
        if (options.Tls is { } tls)
            TlsDirectory.Write(directory, tls);
        await File.WriteAllTextAsync(
            directory.File("enabled_plugins"), options.Management ? "[rabbitmq_management].\n" : "[].\n", cancellation).ConfigureAwait(false);
        File.Delete(PidFile);
        await directory.Account.OwnAsync(directory.Path, cancellation).ConfigureAwait(false);
    }

    private string Configuration()
    {
        var lines = new List<string>
        {
            $"listeners.tcp.1 = 127.0.0.1:{endpoint.Port}",
            $"default_user = {endpoint.User}",
            $"default_pass = {endpoint.Password}",
            $"default_vhost = {BrokerEndpoint.DefaultVirtualHost}",
            // A user for each service, and the topology.
            $"load_definitions = {directory.File("definitions.json")}",
        };
        if (endpoint.ManagementPort is { } port)
            lines.AddRange(["management.tcp.ip = 127.0.0.1", $"management.tcp.port = {port}"]);
        if (endpoint.TlsPort is { } tls)
        {
            lines.AddRange([
                $"listeners.ssl.1 = 127.0.0.1:{tls}", $"ssl_options.certfile = {TlsDirectory.Certificate(directory)}", $"ssl_options.keyfile = {TlsDirectory.Key(directory)}",
                $"ssl_options.cacertfile = {TlsDirectory.Authority(directory)}", "ssl_options.verify = verify_none", "ssl_options.fail_if_no_peer_cert = false",
            ]);
        }

        return string.Join('\n', lines) + "\n";
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["HOME"] = directory.Path,
        ["RABBITMQ_NODENAME"] = $"kkia-{directory.Id}@localhost",
        ["RABBITMQ_NODE_PORT"] = endpoint.Port.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_DIST_PORT"] = LoopbackPort.Free().ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_PORT"] = portMapperPort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_MNESIA_BASE"] = directory.File("data"),
        ["RABBITMQ_LOG_BASE"] = directory.File("log"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = directory.File("enabled_plugins"),
        ["RABBITMQ_CONFIG_FILE"] = directory.File("rabbitmq.conf"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_PID_FILE"] = PidFile,
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}" + ConsumerTimeout(),
    };

    private async Task<string> WaitUntilReadyAsync(SupervisedProcess starting, CancellationToken cancellation)
    {
        var giveUp = Task.WhenAny(starting.Exited, Task.Delay(options.StartDeadline, cancellation));
        var version = await BrokerProbe.WaitAsync(endpoint, giveUp, cancellation).ConfigureAwait(false)
            ?? throw new BackingServiceException($"RabbitMQ did not start.\n{starting.LastLines}\n{NodeLog()}");
        return $"RabbitMQ {version}, private, 127.0.0.1:{endpoint.Port}";
    }

    // Looked at each second, not each minute, so that what is short is short.
    private string ConsumerTimeout() => options.ConsumerTimeout is { } timeout
        ? string.Create(CultureInfo.InvariantCulture, $" -rabbit consumer_timeout {timeout.TotalMilliseconds:0} -rabbit channel_tick_interval 1000") : "";

    private string NodeLog() => LogFile.Tail(Path.Combine(directory.File("log"), $"kkia-{directory.Id}@localhost.log"));

    private int RunningNode() => NodeProcess() ?? throw new BackingServiceException("RabbitMQ does not run.");

    private int? NodeProcess() => File.Exists(PidFile)
        && int.TryParse(File.ReadAllText(PidFile).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    // Debian's /usr/sbin/rabbitmq-server changes user and writes to the system's log folder; the program behind it does not.
    private static string FindProgram() => File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server")
        ? "/usr/lib/rabbitmq/bin/rabbitmq-server"
        : Path.Combine(ProgramPath.DirectoryOf("rabbitmq-server", "Install RabbitMQ: ./run says how."), "rabbitmq-server");
}

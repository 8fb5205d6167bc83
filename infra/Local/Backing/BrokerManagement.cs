using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace KkiaEvents.Local.Backing;

/// <summary>RabbitMQ's management HTTP API: for what AMQP has no call for, and rabbitmqctl needs a second each.</summary>
public sealed class BrokerManagement : IDisposable
{
    private readonly HttpClient http;
    private readonly BrokerEndpoint endpoint;

    /// <summary>Talks to a broker that runs with its management plugin.</summary>
    /// <param name="endpoint">Where it listens.</param>
    /// <exception cref="ArgumentException">It runs without that plugin.</exception>
    public BrokerManagement(BrokerEndpoint endpoint)
    {
        this.endpoint = endpoint;
        var port = endpoint.ManagementPort
            ?? throw new ArgumentException("The broker runs without its management plugin: set LocalServicesOptions.Management.", nameof(endpoint));
        http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromSeconds(30) };
        var credentials = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{endpoint.User}:{endpoint.Password}"));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
    }

    /// <summary>Makes a virtual host that our user may do anything in; one that exists stays as it is.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Its AMQP address.</returns>
    /// <exception cref="BackingServiceException">The broker refused.</exception>
    public async Task<string> CreateVirtualHostAsync(string name, CancellationToken cancellation = default)
    {
        var escaped = Uri.EscapeDataString(name);
        await PutAsync($"api/vhosts/{escaped}", new { }, cancellation).ConfigureAwait(false);
        await PutAsync(
            $"api/permissions/{escaped}/{endpoint.User}", new { configure = ".*", write = ".*", read = ".*" }, cancellation).ConfigureAwait(false);
        return endpoint.AmqpAddress(name);
    }

    /// <summary>Gives each service its user in a virtual host, and declares the topology there.</summary>
    /// <param name="virtualHost">Its name.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackingServiceException">The broker refused.</exception>
    public async Task ImportDefinitionsAsync(string virtualHost, CancellationToken cancellation = default)
    {
        using var content = new StringContent(BrokerDefinitions.For(endpoint, virtualHost), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("api/definitions", content, cancellation).ConfigureAwait(false);
        await RequireAsync(answer, "POST api/definitions", cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public void Dispose() => http.Dispose();

    private async Task PutAsync<T>(string path, T content, CancellationToken cancellation)
    {
        using var answer = await http.PutAsJsonAsync(path, content, cancellation).ConfigureAwait(false);
        await RequireAsync(answer, $"PUT {path}", cancellation).ConfigureAwait(false);
    }

    private static async Task RequireAsync(HttpResponseMessage answer, string what, CancellationToken cancellation)
    {
        if (!answer.IsSuccessStatusCode)
            throw new BackingServiceException($"RabbitMQ refused {what}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)}");
    }
}

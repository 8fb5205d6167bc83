using System.Reflection;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using KkiaEvents.Console;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Orders;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>An announcement over HTTP gets as far as the ledger when the reference finds nothing wrong with it; else it is refused, never an error.</summary>
public sealed class ExpectationFuzzTests : IAsyncLifetime
{
    private readonly WebApplication _console = ConsoleApp.Build(
        ["--urls=http://127.0.0.1:0", "--Log:Level=Fatal", "--ConnectionStrings:RabbitMq=amqp://u:p@127.0.0.1:1/", "--ConnectionStrings:Ledger=Host=127.0.0.1;Port=1;Database=d;Username=u;Password=p"],
        builder => builder.Host.UseServiceProviderFactory(new WithoutLedger()));

    [Fact]
    public void Any_nearly_right_announcement_is_taken_as_a_reference_reads_it_or_refused()
    {
        var announce = ((IEndpointRouteBuilder)_console).DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>()
            .Single(e => e.RoutePattern.RawText == "/api/v1/expectations").RequestDelegate!;
        var json = _console.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        Fuzz.HoldsForBodies(ProviderGrammar.Expectation, body =>
        {
            var expected = Reference(body);
            var outcome = Post(announce, body);
            Assert.Equal(expected is not null, outcome == ReachedLedger);
            Assert.True(outcome is ReachedLedger or 400 or 409, $"{outcome}");
            if (expected is null)
                return;
            var read = JsonSerializer.Deserialize<ExpectPayment>(body is [0xEF, 0xBB, 0xBF, ..] ? body[3..] : body, json)!;
            Assert.Equal(expected, read with { Merchant = read.Merchant ?? "default", OrderId = OrderIdForm.Canonical(read.OrderId)! });
        });
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    private const int ReachedLedger = 200;

    private int Post(RequestDelegate announce, byte[] body)
    {
        using var scope = _console.Services.CreateScope();
        using var sent = new MemoryStream(body);
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider, User = new(new ClaimsIdentity([new(ClaimTypes.Name, "fuzz"), new("merchant", "*")], "test")) };
        context.Features.Set<IHttpRequestBodyDetectionFeature>(new HasBody());
        context.Request.Method = "POST";
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = body.Length;
        context.Request.Body = sent;
        context.Response.Body = answer;
        try
        {
            announce(context).GetAwaiter().GetResult();
            return context.Response.StatusCode;
        }
        catch (BadHttpRequestException e)
        {
            // ProblemHandler makes an answer of it, with this status.
            return e.StatusCode;
        }
        catch (NoLedgerException)
        {
            return ReachedLedger;
        }
    }

    /// <summary>What is announced; null when it must be refused.</summary>
    private static ExpectPayment? Reference(byte[] body)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body is [0xEF, 0xBB, 0xBF, ..] ? body[3..] : body);
        }
        catch (ArgumentException)
        {
            return null;
        }

        if (ReferenceJson.Read(text, maxDepth: 64).Value is not ReferenceJson.Members members)
            return null;
        // Whatever the case, with underscores or hyphens; each once, and the others do not count.
        var given = members.All.Select(m => (Key: m.Key.Replace("_", "").Replace("-", "").ToLowerInvariant(), m.Value))
            .Where(m => m.Key is "orderid" or "amount" or "merchant" or "transactionid" or "withdrawn").ToList();
        if (given.DistinctBy(m => m.Key).Count() != given.Count)
            return null;
        object? Of(string key) => given.Find(m => m.Key == key).Value is { } value and not "" ? value : null;
        if (Said(Of("orderid")) is not string order || ReferenceProvider.OrderId(order) is not { } orderId)
            return null;
        if (Withdrawn(Of("withdrawn")) is not { } withdrawn)
            return null;
        var amount = ReferenceProvider.Whole(Of("amount"));
        if (!withdrawn && amount is not > 0)
            return null;
        if (Said(Of("merchant") ?? "default") is not "default")
            return null;
        var id = Of("transactionid") is ReferenceJson.Number number && ReferenceProvider.Whole(number) is { } digits ? $"{digits}" : Said(Of("transactionid"));
        if (Of("transactionid") is not null && !Regex.IsMatch(id ?? "", @"\A[A-Za-z0-9_-]{1,64}\z"))
            return null;
        return new ExpectPayment { OrderId = orderId, Amount = amount is > 0 ? amount.Value : 0, TransactionId = id, Withdrawn = withdrawn };
    }

    private static string? Said(object? value) => value switch { string text => text, ReferenceJson.Number number => number.Raw, _ => null };

    private static bool? Withdrawn(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        _ => Said(value)?.Trim().ToLowerInvariant() switch { "true" or "yes" or "on" or "1" => true, "false" or "no" or "off" or "0" => false, _ => null },
    };

    private sealed class HasBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => true;
    }

    private sealed class WithoutLedger : IServiceProviderFactory<IServiceCollection>
    {
        public IServiceCollection CreateBuilder(IServiceCollection services) => services;

        public IServiceProvider CreateServiceProvider(IServiceCollection containerBuilder) =>
            containerBuilder.Replace(ServiceDescriptor.Singleton(DispatchProxy.Create<IDocumentStore, NoStore>())).BuildServiceProvider();
    }
}

/// <summary>A ledger that only says that somebody got as far as that.</summary>
public class NoStore : DispatchProxy
{
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new NoLedgerException();
}

/// <summary>Thrown by <see cref="NoStore"/>.</summary>
public sealed class NoLedgerException : Exception;

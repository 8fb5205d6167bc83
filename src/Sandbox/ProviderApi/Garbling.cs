using KkiaEvents.Sandbox.Faults;

namespace KkiaEvents.Sandbox.ProviderApi;

/// <summary>Keeps a good answer back and sends what a fault makes of it.</summary>
internal static class Garbling
{
    public static RequestDelegate Garbled(this RequestDelegate answer, FaultGate faults, SandboxStats stats) => async call =>
    {
        if (faults.TakeGarbling() is not { } form)
        {
            await answer(call);
            return;
        }

        var way = call.Response.Body;
        using var good = new MemoryStream();
        call.Response.Body = good;
        try
        {
            await answer(call);
            await call.Response.BodyWriter.FlushAsync(call.RequestAborted);
        }
        finally
        {
            call.Response.Body = way;
        }

        if (call.RequestAborted.IsCancellationRequested) return;
        stats.Faulted();
        await GarbledAnswer.Of(good.ToArray(), form).SendAsync(call);
    };
}

namespace KkiaEvents.Sandbox.Control;

/// <summary>A control call that can't be done as asked; answered as problem+json with the message as its detail.</summary>
internal sealed class ControlException(string message, int status = StatusCodes.Status400BadRequest) : Exception(message)
{
    public int Status => status;
}

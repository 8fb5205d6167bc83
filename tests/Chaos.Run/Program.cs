using KkiaEvents.Chaos;

return await ChaosCommand.Create().Parse(args).InvokeAsync().ConfigureAwait(false);

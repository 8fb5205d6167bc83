using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace KkiaEvents.Tests.Unit.ServiceDefaults;

/// <summary>A file that is edited while a service runs.</summary>
public sealed class LastGoodJsonTests : IDisposable
{
    private const string Key = "Orders:Unannounced";
    private readonly string _folder = Directory.CreateTempSubdirectory("kkiaevents-settings-").FullName;
    private readonly ConfigurationManager _configuration = new();

    public LastGoodJsonTests()
    {
        Write("""{"Orders":{"Unannounced":"Flag"}}""");
        _configuration.AddJsonFile(Settings, optional: true, reloadOnChange: true);
        _configuration.Sources.KeepLastGoodJson();
    }

    private string Settings => Path.Combine(_folder, "appsettings.json");

    [Theory]
    [InlineData("""{"Orders":{"Unannounced":"Accept",}""")]
    [InlineData("""{"Orders":{"Unannounced":"Acc""")]
    [InlineData("")]
    public async Task What_a_broken_change_said_before_stays_in_force_until_it_is_mended(string broken)
    {
        await ChangesAsync(broken);
        Assert.Equal("Flag", _configuration[Key]);
        Assert.Contains("appsettings.json", Assert.Single(LastGoodJson.ProblemsOf(_configuration)));

        await ChangesAsync("""{"Orders":{"Unannounced":"Accept"}}""");
        Assert.Equal("Accept", _configuration[Key]);
        Assert.Empty(LastGoodJson.ProblemsOf(_configuration));
    }

    [Fact]
    public void A_file_that_was_never_good_stops_the_start()
    {
        Write("{");
        using var configuration = new ConfigurationManager();
        Assert.Throws<InvalidDataException>(() =>
        {
            configuration.AddJsonFile(Settings, optional: true, reloadOnChange: true);
            configuration.Sources.KeepLastGoodJson();
        });
    }

    public void Dispose()
    {
        _configuration.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // In one step, as whoever takes care does it: a half written file would be a third state.
    private void Write(string text)
    {
        var next = Settings + ".next";
        File.WriteAllText(next, text);
        File.Move(next, Settings, overwrite: true);
    }

    private async Task ChangesAsync(string text)
    {
        var changed = new TaskCompletionSource();
        using (ChangeToken.OnChange(((IConfiguration)_configuration).GetReloadToken, () => changed.TrySetResult()))
        {
            Write(text);
            await changed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }
}

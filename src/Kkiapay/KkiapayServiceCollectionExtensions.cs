using KkiaEvents.Kkiapay;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers KKiaPay clients.</summary>
public static class KkiapayServiceCollectionExtensions
{
    /// <summary>Registers the client of the only merchant: inject <see cref="IKkiapayClient"/>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets keys and environment.</param>
    /// <returns>The same services.</returns>
    /// <remarks>Wrong or missing settings stop the host's start with an <see cref="OptionsValidationException"/> that names them.</remarks>
    public static IServiceCollection AddKkiapay(this IServiceCollection services, Action<KkiapayOptions> configure) =>
        services.AddKkiapay(KkiapayOptions.DefaultName, configure);

    /// <summary>Registers the client of one of several merchants: get it from <see cref="IKkiapayClientFactory"/>, or inject it keyed by its name.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The merchant's name; case counts.</param>
    /// <param name="configure">Sets keys and environment.</param>
    /// <returns>The same services.</returns>
    /// <inheritdoc cref="AddKkiapay(IServiceCollection, Action{KkiapayOptions})" path="/remarks"/>
    public static IServiceCollection AddKkiapay(this IServiceCollection services, string name, Action<KkiapayOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Register(services, name, null).Configure(configure);
        return services;
    }

    /// <summary>Registers the client of a merchant whose settings are a configuration section. Where the configuration reloads, changed keys count from the next call.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The merchant's name; case counts.</param>
    /// <param name="section">The section with the properties of <see cref="KkiapayOptions"/>, as <c>Kkiapay:Merchants:default</c>.</param>
    /// <returns>The same services.</returns>
    /// <inheritdoc cref="AddKkiapay(IServiceCollection, Action{KkiapayOptions})" path="/remarks"/>
    public static IServiceCollection AddKkiapay(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        Register(services, name, (section as IConfigurationSection)?.Path).Bind(section).Configure(options => NamesOnly(section, options));
        return services;
    }

    // The binder takes numbers and lists for names ("Environment=1"); as what is none, the validation reports them.
    private static void NamesOnly(IConfiguration section, KkiapayOptions options)
    {
        if (IsOther<KkiapayEnvironment>(section[nameof(options.Environment)]))
            options.Environment = (KkiapayEnvironment)(-1);
        if (IsOther<KkiapayDialect>(section[nameof(options.Dialect)]))
            options.Dialect = (KkiapayDialect)(-1);
    }

    private static bool IsOther<T>(string? text) where T : struct, Enum =>
        !string.IsNullOrEmpty(text) && !Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase);

    private static OptionsBuilder<KkiapayOptions> Register(IServiceCollection services, string name, string? path)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);

        Merchants(services).Add(name, path);
        services.TryAddKeyedSingleton(name, static (provider, key) =>
            provider.GetRequiredService<IKkiapayClientFactory>().GetClient((string)key!));
        return services.AddOptions<KkiapayOptions>(name).ValidateOnStart();
    }

    /// <summary>The one registry in these services; the first call also registers what all merchants share.</summary>
    private static KkiapayMerchants Merchants(IServiceCollection services)
    {
        var registered = services.FirstOrDefault(d => d.ServiceType == typeof(KkiapayMerchants) && !d.IsKeyedService);
        if (registered?.ImplementationInstance is KkiapayMerchants merchants)
            return merchants;

        merchants = new KkiapayMerchants();
        services.AddSingleton(merchants);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KkiapayOptions>, KkiapayOptionsValidator>());
        services.TryAddSingleton<IKkiapayClientFactory, KkiapayClientFactory>();
        services.TryAddSingleton(static provider =>
            provider.GetRequiredService<IKkiapayClientFactory>().GetClient(KkiapayOptions.DefaultName));
        KkiapayPipeline.AddTo(services);
        return merchants;
    }
}

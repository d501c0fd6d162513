using System.Reflection;
using Microsoft.Extensions.Options;

namespace ClearBg.Operations;

/// <summary>Reads every section of the configuration that has a validator, before anything is opened or started, and tells all its mistakes together.</summary>
internal static class ConfigurationCheck
{
    /// <summary>The mistakes, a sentence each; empty when there is none.</summary>
    /// <param name="provider">Gives the options.</param>
    /// <param name="services">What was registered: an <see cref="IValidateOptions{TOptions}"/> for each section.</param>
    /// <remarks>The framework's own check at start ends at the first value that is no number where a number belongs, and comes after the database was opened.</remarks>
    public static IReadOnlyList<string> Mistakes(IServiceProvider provider, IEnumerable<ServiceDescriptor> services) =>
    [
        .. services
            .Select(service => service.ServiceType)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IValidateOptions<>))
            .Select(type => type.GenericTypeArguments[0])
            .Where(options => options.Assembly == typeof(ConfigurationCheck).Assembly)
            .Distinct()
            .SelectMany(options => (IEnumerable<string>)MistakesOfMethod.MakeGenericMethod(options).Invoke(null, [provider])!),
    ];

    private static readonly MethodInfo MistakesOfMethod = typeof(ConfigurationCheck).GetMethod(nameof(MistakesOf), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static IEnumerable<string> MistakesOf<T>(IServiceProvider provider)
        where T : class
    {
        try
        {
            _ = provider.GetRequiredService<IOptions<T>>().Value;
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures;
        }
        catch (InvalidOperationException exception) when (exception.InnerException is not null)
        {
            // "Failed to convert configuration value 'many' at 'Segmentation:Threads' to type 'System.Int32'."
            return [exception.Message];
        }
    }
}

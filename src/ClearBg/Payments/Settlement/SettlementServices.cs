using ClearBg.Payments.Ethereum;
using Microsoft.Extensions.Options;

namespace ClearBg.Payments.Settlement;

/// <summary>Registers <see cref="ISettlement"/>: by our own key, by a facilitator, or none where payments are not offered.</summary>
internal static class SettlementServices
{
    /// <summary>Adds it; what it needs of the network is made only when payments are offered.</summary>
    public static IServiceCollection AddSettlement(this IServiceCollection services)
    {
        services.AddSingleton<SentTransactions>().AddSingleton<FacilitatorPosts>().AddSingleton<FailingPayers>();
        services.AddSingleton(static provider => new JsonExchange(TimeSpan.FromSeconds(OptionsOf(provider).RpcSeconds), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(static provider => new EthereumNode(new JsonRpc(
            provider.GetRequiredService<JsonExchange>(), new Uri(OptionsOf(provider).RpcUrl), provider.GetRequiredService<ILogger<JsonRpc>>())));

        // Valid options hold a key that can be read; its file may have gone since.
        services.AddSingleton(static provider => OptionsOf(provider).TryReadSettlerKey(out var key) ? key : throw new InvalidOperationException("The settler's key can no longer be read."));
        return services.AddSingleton(Create);
    }

    private static ISettlement Create(IServiceProvider provider) =>
        PaymentTerms.Of(OptionsOf(provider)) is not { } terms ? new NoSettlement()
        : OptionsOf(provider).FacilitatorUrl.Length > 0 ? CreateFacilitator(provider, terms)
        : CreateDirect(provider, terms);

    private static DirectSettlement CreateDirect(IServiceProvider provider, PaymentTerms terms)
    {
        var (options, node) = (OptionsOf(provider), provider.GetRequiredService<EthereumNode>());
        return new(
            node,
            provider.GetRequiredService<SettlerKey>(),
            new FeePolicy(node, GasTerms.Of(options)),
            provider.GetRequiredService<SentTransactions>(),
            provider.GetRequiredService<FailingPayers>(),
            provider.GetRequiredService<PaymentMetrics>(),
            terms.Network,
            TimeSpan.FromSeconds(options.SettlementSeconds),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>());
    }

    private static FacilitatorSettlement CreateFacilitator(IServiceProvider provider, PaymentTerms terms)
    {
        var (options, node) = (OptionsOf(provider), provider.GetRequiredService<EthereumNode>());
        return new(
            new Facilitator(provider.GetRequiredService<JsonExchange>(), new Uri(options.FacilitatorUrl), TimeSpan.FromSeconds(options.SettlementSeconds), provider.GetRequiredService<ILogger<Facilitator>>()),
            provider.GetRequiredService<FacilitatorPosts>(),
            provider.GetRequiredService<SentTransactions>(),
            provider.GetRequiredService<FailingPayers>(),
            new TokenCheck(node, terms.Network),
            new PaymentProof(node),
            terms,
            TimeSpan.FromSeconds(options.SettlementSeconds),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FaultCache>>());
    }

    private static PaymentsOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<PaymentsOptions>>().Value;
}

using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>Whether the node follows the right chain, and the token there checks signatures as ours are checked and isn't paused. Reasons are for the operator.</summary>
internal sealed class TokenCheck(EthereumNode node, PaymentNetwork network)
{
    /// <summary>The node says nothing, or nonsense.</summary>
    public static readonly PaymentFault Unreachable = Fault("the Ethereum node gives no usable answer");

    private volatile bool _isKnown;

    /// <summary>Asks the node; at most three calls.</summary>
    public async Task<PaymentFault?> LookAsync(CancellationToken cancellation)
    {
        if (!_isKnown && await LookAtTokenAsync(cancellation) is { } strange)
        {
            return strange;
        }

        // Chain and token don't change while the node answers; after an outage it may be another one.
        _isKnown = (await node.CallAsync(default, network.Usdc, Usdc.Paused(), cancellation)).Succeeded(out var paused, out _);
        return !_isKnown ? Unreachable
            : paused.AsSpan().ContainsAnyExcept((byte)0) ? Fault("the token is paused")
            : null;
    }

    /// <summary>Why no payment is taken.</summary>
    public static PaymentFault Fault(string reason) => new(IsUnavailable: true, reason);

    private async Task<PaymentFault?> LookAtTokenAsync(CancellationToken cancellation)
    {
        if (!(await node.ChainIdAsync(cancellation)).Succeeded(out var chainId, out _))
        {
            return Unreachable;
        }

        if (chainId != network.ChainId)
        {
            return Fault("the Ethereum node follows another chain than Payments:Network says");
        }

        return !(await node.CallAsync(default, network.Usdc, Usdc.DomainSeparator(), cancellation)).Succeeded(out var separator, out _) ? Unreachable
            : !separator.AsSpan().SequenceEqual(network.Domain.Separator.ToArray()) ? Fault("the token's DOMAIN_SEPARATOR on the chain is not the one that payers sign under")
            : null;
    }
}

namespace ClearBg.Payments.Ethereum;

/// <summary>
/// Calls and events of USDC (Circle's FiatTokenV2_2: ERC-20, EIP-712, EIP-3009) and of a payer that is a contract (ERC-1271).
/// https://github.com/circlefin/stablecoin-evm
/// </summary>
internal static class Usdc
{
    private static readonly Bytes32 TransferEvent = Keccak256.Hash("Transfer(address,address,uint256)"u8);
    private static readonly Bytes32 UsedEvent = Keccak256.Hash("AuthorizationUsed(address,bytes32)"u8);
    private static readonly Bytes32 CanceledEvent = Keccak256.Hash("AuthorizationCanceled(address,bytes32)"u8);

    private static readonly byte[] Accepted = [0x16, 0x26, 0xBA, 0x7E, .. new byte[UInt256.Length - sizeof(uint)]];

    /// <summary>Hands an authorization in, with the signature of a key.</summary>
    public static byte[] Transfer(TransferAuthorization authorization, Signature signature) =>
        authorization.WriteTo(new AbiWriter()).Add(signature.V).Add(signature.R).Add(signature.S).ToCall(0xE3EE160E);

    /// <summary>Hands an authorization in, with whatever the contract that pays takes for its signature.</summary>
    public static byte[] Transfer(TransferAuthorization authorization, ReadOnlySpan<byte> signature) =>
        authorization.WriteTo(new AbiWriter()).AddLast(signature).ToCall(0xCF092995);

    /// <summary><c>DOMAIN_SEPARATOR()</c>: 32 bytes.</summary>
    public static byte[] DomainSeparator() => new AbiWriter().ToCall(0x3644E515);

    /// <summary><c>authorizationState(address,bytes32)</c>: a word that isn't zero when the nonce was used or cancelled.</summary>
    public static byte[] AuthorizationState(Address authorizer, Bytes32 nonce) => new AbiWriter().Add(authorizer).Add(nonce).ToCall(0xE94A0102);

    /// <summary><c>balanceOf(address)</c>: a word.</summary>
    public static byte[] BalanceOf(Address account) => new AbiWriter().Add(account).ToCall(0x70A08231);

    /// <summary><c>paused()</c>: a word that isn't zero while nothing can be moved.</summary>
    public static byte[] Paused() => new AbiWriter().ToCall(0x5C975ABB);

    /// <summary>ERC-1271's <c>isValidSignature(bytes32,bytes)</c>, of the payer's own contract.</summary>
    public static byte[] IsValidSignature(Bytes32 digest, ReadOnlySpan<byte> signature) => new AbiWriter().Add(digest).AddLast(signature).ToCall(0x1626BA7E);

    /// <summary>Whether a contract answered ERC-1271's question with yes: the function's own selector, then zeros. Accounts without code answer nothing.</summary>
    public static bool IsAccepted(ReadOnlySpan<byte> answer) => answer.Length >= UInt256.Length && answer[..UInt256.Length].SequenceEqual(Accepted);

    /// <summary>The events of which one is logged when a nonce is spent. Their arguments are <see cref="SpentNonce"/>.</summary>
    public static IReadOnlyList<Bytes32> SpendingEvents { get; } = [UsedEvent, CanceledEvent];

    /// <summary>The topics of those events: who signed, and the nonce.</summary>
    public static IReadOnlyList<Bytes32> SpentNonce(TransferAuthorization authorization) => [Topic(authorization.From), authorization.Nonce];

    /// <summary>Whether one of those events says that the nonce was spent on nothing.</summary>
    public static bool IsCancellation(LogEntry spending) => spending.Topics is [var kind, ..] && kind == CanceledEvent;

    /// <summary>The events that <see cref="IsPaid"/> needs of a transaction. Their first argument is <see cref="Payer"/>.</summary>
    public static IReadOnlyList<Bytes32> PayingEvents { get; } = [UsedEvent, TransferEvent];

    /// <summary>The topic of who pays.</summary>
    public static IReadOnlyList<Bytes32> Payer(TransferAuthorization authorization) => [Topic(authorization.From)];

    /// <summary>
    /// Whether a transaction's logs say that just this authorization made just this payment. The token logs the use of a nonce and the transfer one right after the
    /// other. Only together do they prove anything: a payer may spend this nonce on another transfer, and make the same payment under another nonce, in one transaction.
    /// </summary>
    /// <param name="logs">All of the transaction, or those of <see cref="PayingEvents"/> alone, in order.</param>
    /// <param name="token">USDC.</param>
    /// <param name="authorization">What was to be paid.</param>
    public static bool IsPaid(IReadOnlyList<LogEntry> logs, Address token, TransferAuthorization authorization)
    {
        for (var i = 0; i + 1 < logs.Count; i++)
        {
            if (logs[i].Emitter == token && logs[i].Topics.SequenceEqual([UsedEvent, .. SpentNonce(authorization)]))
            {
                return logs[i + 1] is var next && next.Emitter == token
                    && next.Topics.SequenceEqual([TransferEvent, Topic(authorization.From), Topic(authorization.To)])
                    && next.Data.AsSpan().SequenceEqual(UInt256.ToWord(authorization.Value));
            }
        }

        return false;
    }

    private static Bytes32 Topic(Address address) => new([.. new byte[UInt256.Length - Address.Length], .. address.ToArray()]);
}

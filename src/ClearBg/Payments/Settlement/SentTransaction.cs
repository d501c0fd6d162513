using System.Numerics;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Payments.Settlement;

/// <summary>A transaction as it was stored before it was broadcast.</summary>
/// <param name="Hash">By which it is found.</param>
/// <param name="Nonce">Of the settler; transactions that took each other's place share it.</param>
/// <param name="Raw">What is broadcast, as often as needed.</param>
/// <param name="TipCap">Wei per gas.</param>
/// <param name="FeeCap">Wei per gas.</param>
/// <param name="GasLimit">Gas.</param>
/// <param name="Block">The newest block when the payment was first handed in: nothing that concerns it is older.</param>
/// <param name="CreatedAt">When it was signed.</param>
/// <param name="IsOpen">Whether its nonce is still taken by it: it may yet get into a block.</param>
internal sealed record SentTransaction(
    Bytes32 Hash, long Nonce, byte[] Raw, BigInteger TipCap, BigInteger FeeCap, long GasLimit, long Block, DateTimeOffset CreatedAt, bool IsOpen);

/// <summary>What a node says of the settler's account.</summary>
/// <param name="NextNonce">How many of its transactions are in blocks. What waits is in our own books; what waits elsewhere may be something that was given up.</param>
/// <param name="Balance">Wei that gas may cost.</param>
internal sealed record SettlerAccount(long NextNonce, BigInteger Balance);

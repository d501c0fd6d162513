using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Ethereum;

public class UsdcTests
{
    private static readonly Address Token = Parse("0x036CbD53842c5426634e7929541eC2318f3dCF7e");
    private static readonly Address Payer = Parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    private static readonly Address Seller = Parse("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");

    private static readonly TransferAuthorization Bill = new(Payer, Seller, 50_000, 0, 1, Topic("0b"));

    /// <summary>As any block explorer shows them: topics 0x98de5035… and 0xddf252ad….</summary>
    private static LogEntry Spent => new(
        Token, [Topic("98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5"), Topic("70997970C51812dc3A010C7d01b50e0d17dc79C8"), Bill.Nonce], [], 1, default);

    private static LogEntry Moved => new(
        Token,
        [Topic("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"), Topic("70997970C51812dc3A010C7d01b50e0d17dc79C8"), Topic("209693Bc6afc0C5328bA36FaF03C514EF312287C")],
        UInt256.ToWord(50_000),
        1,
        default);

    [Fact]
    public void Finds_a_payment_among_logs()
    {
        Assert.True(Usdc.IsPaid([Spent, Moved], Token, Bill));
        Assert.True(Usdc.IsPaid([Moved, Spent, Moved, Spent], Token, Bill));

        Assert.False(Usdc.IsPaid([], Token, Bill));
        Assert.False(Usdc.IsPaid([Spent], Token, Bill));
        Assert.False(Usdc.IsPaid([Moved], Token, Bill));
        Assert.False(Usdc.IsPaid([Moved, Spent], Token, Bill));
        Assert.False(Usdc.IsPaid([Spent, Spent, Moved], Token, Bill));
        Assert.False(Usdc.IsPaid([Spent with { Topics = [.. Spent.Topics.Take(2), Topic("0c")] }, Moved], Token, Bill));
        Assert.False(Usdc.IsPaid([Spent with { Emitter = Payer }, Moved], Token, Bill));
        Assert.False(Usdc.IsPaid([Spent, Moved with { Emitter = Payer }], Token, Bill));
        Assert.False(Usdc.IsPaid([Spent, Moved with { Data = UInt256.ToWord(49_999) }], Token, Bill));
        Assert.False(Usdc.IsPaid([Spent, Moved with { Data = [] }], Token, Bill));
        Assert.False(Usdc.IsPaid([Spent, Moved with { Topics = [.. Moved.Topics.Take(2), Moved.Topics[1]] }], Token, Bill));
        Assert.False(Usdc.IsPaid([Spent, Moved with { Topics = [] }], Token, Bill));
    }

    [Fact]
    public void Names_events_and_functions_by_their_hashes()
    {
        Assert.Equal(Selector("DOMAIN_SEPARATOR()"), Usdc.DomainSeparator());
        Assert.Equal(Selector("authorizationState(address,bytes32)"), Usdc.AuthorizationState(Payer, default)[..4]);
        Assert.Equal(Selector("paused()"), Usdc.Paused());
        Assert.Equal(Selector("isValidSignature(bytes32,bytes)"), Usdc.IsValidSignature(default, [])[..4]);
        Assert.Equal(
            [Spent.Topics[0].ToString(), "0x1cdd46ff242716cdaa72d159d339a485b3438398348d68f09d7c8c0a59353d81"], Usdc.SpendingEvents.Select(topic => topic.ToString()));
    }

    [Fact]
    public void Asks_a_contract_for_its_word_and_takes_no_other()
    {
        var call = Usdc.IsValidSignature(Topic("ab"), [1, 2, 3]);

        Assert.Equal(
            "0x1626ba7e" + new string('0', 62) + "ab" + new string('0', 62) + "40" + new string('0', 62) + "03" + "010203" + new string('0', 58),
            Hex.Format(call));
        Assert.True(Usdc.IsAccepted(Convert.FromHexString("1626ba7e" + new string('0', 56))));
        Assert.False(Usdc.IsAccepted(Convert.FromHexString("ffffffff" + new string('0', 56))));
        Assert.False(Usdc.IsAccepted(Convert.FromHexString("1626ba7e" + new string('0', 55) + "1")));
        Assert.False(Usdc.IsAccepted(Convert.FromHexString("1626ba7e")));
        Assert.False(Usdc.IsAccepted([]));
    }

    [Theory]
    [InlineData("", "execution reverted", "execution reverted")]
    [InlineData("", "VM execution error: revert", "VM execution error: revert")]
    [InlineData("", "header not found", null)]
    [InlineData("", "daily request count exceeded", null)]
    [InlineData("deadbeef", "VM execution error.", "VM execution error.")]
    [InlineData(
        "08c379a0" + "0000000000000000000000000000000000000000000000000000000000000020" + "0000000000000000000000000000000000000000000000000000000000000010"
        + "5061757361626c653a2070617573656400000000000000000000000000000000", "execution reverted", "Pausable: paused")]
    [InlineData("08c379a0", "execution reverted", "")]
    [InlineData(
        "08c379a0" + "0000000000000000000000000000000000000000000000000000000000000020" + "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "execution reverted", "")]
    [InlineData(
        "08c379a0" + "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" + "0000000000000000000000000000000000000000000000000000000000000001", "execution reverted", "")]
    public void Reads_why_a_contract_refused(string data, string message, string? text) =>
        Assert.Equal(text, Revert.Text(new NodeFailure.Refusal(3, message, data.Length == 0 ? null : Convert.FromHexString(data))));

    private static byte[] Selector(string signature) => Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(signature)).ToArray()[..4];

    private static Bytes32 Topic(string digits) => new(Convert.FromHexString(digits.PadLeft(64, '0')));

    private static Address Parse(string text) => Address.TryParse(text, out var address) ? address : throw new FormatException();
}

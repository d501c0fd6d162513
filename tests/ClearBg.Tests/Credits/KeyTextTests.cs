using ClearBg.Credits;
using FsCheck;
using FsCheck.Fluent;

namespace ClearBg.Tests.Credits;

public class KeyTextTests
{
    private const string Id = "0123456789ab";
    private static readonly string Secret = string.Concat(Enumerable.Repeat("c0ffee42", 8));

    public static TheoryData<string?> Malformed =>
    [
        null,
        "",
        " ",
        "cbg_",
        "cbg__",
        $"cbg_{Id}",
        $"cbg_{Id}_",
        $"cbg_{Id}_{Secret[1..]}",
        $"cbg_{Id}_{Secret}0",
        $"cbg_{Id}_{Secret}\n",
        $" cbg_{Id}_{Secret[1..]}",
        $"cbg_{Id}-{Secret}",
        $"cbg-{Id}_{Secret}",
        $"CBG_{Id}_{Secret}",
        $"cbg_{Id}_{Secret.ToUpperInvariant()}",
        $"cbg_{Id.ToUpperInvariant()}_{Secret}",
        $"cbg_{Id[1..]}g_{Secret}",
        $"cbg_{Id}_{Secret[1..]}g",
        $"cbg_{Id}_{Secret[1..]}\0",
        $"cbg_{Id}_{Secret[1..]}٣",
        $"cbg_{Id}_{Secret[2..]}💥",
        $"cbg_{Id}_{Secret[1..]}\ud800",
        $"cbg_' OR 1=1 --_{Secret}",
        new string('a', 81),
        new string('_', 1 << 20),
    ];

    [Fact]
    public void Reads_what_it_writes()
    {
        var secret = Convert.FromHexString(Secret);

        var text = KeyText.OfAccount.Format(Id, secret);

        Assert.Equal($"cbg_{Id}_{Secret}", text);
        Assert.Equal(81, text.Length);
        Assert.True(KeyText.OfAccount.TryParse(text, out var id, out var hash));
        Assert.Equal(Id, id);
        Assert.Equal(KeyText.Hash(secret), hash);
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Refuses_malformed_keys(string? text) => Assert.False(KeyText.OfAccount.TryParse(text, out _, out _));

    [Fact]
    public void Refuses_any_string_that_is_not_a_key_without_throwing() =>
        Prop.ForAll<string?>(text => !KeyText.OfAccount.TryParse(text, out _, out _)).QuickCheckThrowOnFailure();

    [Fact]
    public void Refuses_a_key_in_which_any_one_character_was_replaced_by_one_outside_its_alphabet() =>
        Prop.ForAll(Gen.Choose(0, KeyText.Length - 1).ToArbitrary(), ArbMap.Default.ArbFor<char>(), (place, other) =>
        {
            var text = $"cbg_{Id}_{Secret}".ToCharArray();
            text[place] = char.IsAsciiHexDigitLower(other) || other == '_' ? '!' : other == text[place] ? '?' : other;
            return !KeyText.OfAccount.TryParse(new string(text), out _, out _);
        }).QuickCheckThrowOnFailure();
}

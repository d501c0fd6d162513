using System.Text;
using ClearBg.Payments.Ethereum;

namespace ClearBg.Tests.Payments.Ethereum;

public class Keccak256Tests
{
    [Fact]
    public void Hashes_as_another_implementation_does_at_and_around_the_length_of_a_block()
    {
        var vectors = Vectors.All.GetProperty("keccak").EnumerateArray().ToList();

        Assert.Equal([0, 1, 82, 135, 136, 137], vectors.Select(vector => vector.String("text").Length).Order().Take(6));
        Assert.All(vectors, vector => Assert.Equal(vector.String("hash"), Keccak256.Hash(Encoding.UTF8.GetBytes(vector.String("text"))).ToString()));
    }
}

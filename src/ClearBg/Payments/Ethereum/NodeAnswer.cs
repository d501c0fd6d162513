using System.Diagnostics.CodeAnalysis;

namespace ClearBg.Payments.Ethereum;

/// <summary>What was asked of a node, or the <see cref="NodeFailure"/> that took its place. Both convert implicitly.</summary>
internal readonly struct NodeAnswer<T>
{
    private readonly T? _value;

    private NodeAnswer(T? value, NodeFailure? failure) => (_value, Failure) = (value, failure);

    /// <summary>Why there is no value, or null.</summary>
    public NodeFailure? Failure { get; }

    public static implicit operator NodeAnswer<T>(T value) => new(value, null);

    public static implicit operator NodeAnswer<T>(NodeFailure failure) => new(default, failure);

    /// <summary>True with the value, or false with the failure.</summary>
    public bool Succeeded([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out NodeFailure? failure)
    {
        (value, failure) = (_value, Failure);
        return failure is null;
    }
}

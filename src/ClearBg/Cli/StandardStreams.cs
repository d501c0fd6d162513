namespace ClearBg.Cli;

/// <summary>Standard input and output as bytes, opened when a verb needs them.</summary>
/// <param name="Input">Opens standard input.</param>
/// <param name="Output">Opens standard output. Pictures go there; text for people never does while one may.</param>
/// <param name="OutputIsTerminal">A person would see the bytes.</param>
internal sealed record StandardStreams(Func<Stream> Input, Func<Stream> Output, bool OutputIsTerminal)
{
    public static StandardStreams OfProcess => new(Console.OpenStandardInput, Console.OpenStandardOutput, !Console.IsOutputRedirected);
}

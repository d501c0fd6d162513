using ClearBg.Credits;
using ClearBg.Jobs;
using Microsoft.AspNetCore.Http.Features;

namespace ClearBg.Api;

/// <summary>Who asks: a key that was verified, and whose API it speaks. <see cref="ApiKeyFilter"/> puts it where the request's handler finds it.</summary>
internal sealed record Caller(ApiKey Key, ApiProfile Profile)
{
    /// <summary>What holds where a request says nothing.</summary>
    public RemovalOptions Defaults { get; } = Profile == ApiProfile.RemoveBg
        ? new RemovalOptions { Size = SizeTier.Preview, Format = OutputFormat.Auto }
        : new RemovalOptions();

    /// <summary>What a preview costs.</summary>
    public CreditAmount PreviewPrice { get; } = Profile == ApiProfile.RemoveBg ? new(250) : default;

    public static Caller Of(HttpContext context) => context.Features.GetRequiredFeature<Caller>();
}

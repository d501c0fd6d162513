using ClearBg.Credits;
using Microsoft.AspNetCore.Http.Features;

namespace ClearBg.Api;

/// <summary>Who asks through the Monitor API; <see cref="MonitorFilter"/> puts it where the request's handler finds it.</summary>
/// <param name="Application">Verified and enabled.</param>
/// <param name="Key">The user's, verified and bound to that application; null for a user without one.</param>
internal sealed record MonitorUser(Application Application, ApiKey? Key)
{
    public static MonitorUser Of(HttpContext context) => context.Features.GetRequiredFeature<MonitorUser>();
}

using ClearBg.Imaging;
using ClearBg.Intake;
using ClearBg.Jobs;
using Microsoft.Extensions.Options;

namespace ClearBg.Api;

/// <summary>
/// <c>POST /v1.0/removebg</c>, as remove.bg's v1.0 API has it: a multipart picture in, the cut-out's bytes out, errors as <c>{"errors":[…]}</c>.
/// </summary>
internal static class RemoveBgApi
{
    public static void MapRemoveBg(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1.0").AddEndpointFilter<ApiKeyFilter>();
        group.MapPost("/removebg", RemoveAsync).AddEndpointFilter<UploadFilter>();
    }

    /// <summary>The order: who asks (headers only), room for the body, the body, its parameters, then the pipeline. What is refused before the body is read costs the caller no upload.</summary>
    private static async Task<IResult> RemoveAsync(HttpRequest request, RemovalPipeline pipeline, BufferPool pool, IOptions<IntakeOptions> intake, CancellationToken cancellation)
    {
        if (!(await RemovalForm.ReadAsync(request, pool, intake.Value, cancellation)).Succeeded(out var form, out var failure))
        {
            return new RemoveBgFailure(failure);
        }

        using (form)
        {
            if (!RemovalParameters.Read(form.Fields, new RemovalOptions()).Succeeded(out var options, out failure))
            {
                return new RemoveBgFailure(failure);
            }

            return (await pipeline.RunAsync(new RemovalJob(form.Picture, options), cancellation)).Succeeded(out var result, out failure)
                ? new RemoveBgPicture(result)
                : new RemoveBgFailure(failure);
        }
    }
}

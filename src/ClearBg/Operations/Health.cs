using System.Data.Common;
using ClearBg.Segmentation;
using ClearBg.Storage;

namespace ClearBg.Operations;

/// <summary>What an orchestrator asks: is the process alive, and may it get requests.</summary>
internal static class Health
{
    /// <summary>
    /// <c>GET /health/live</c>: 200 as long as the process turns. <c>GET /health/ready</c>: 200 when the model has run one real inference, the database answers
    /// and the process isn't stopping, with the model, what it computes with and why; else 503 with the reason in one word.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => TypedResults.Text("alive"));
        routes.MapGet("/health/ready", async (SharedModel model, Store store, IHostApplicationLifetime lifetime, CancellationToken cancellation) =>
            lifetime.ApplicationStopping.IsCancellationRequested ? NotReady("stopping")
            : !model.IsReady ? NotReady("loading")
            : !await AnswersAsync(store, cancellation) ? NotReady("database")
            : TypedResults.Text($"ready, {model.Choice}"));
    }

    private static async Task<bool> AnswersAsync(Store store, CancellationToken cancellation)
    {
        try
        {
            await store.PingAsync(cancellation);
            return true;
        }
        catch (DbException)
        {
            return false;
        }
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ContentHttpResult NotReady(string why) =>
        TypedResults.Text(why, statusCode: StatusCodes.Status503ServiceUnavailable);
}

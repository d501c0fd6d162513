using System.Data.Common;
using ClearBg.Payments.Settlement;
using ClearBg.Segmentation;
using ClearBg.Storage;

namespace ClearBg.Operations;

/// <summary>What an orchestrator asks: is the process alive, and may it get requests.</summary>
internal static class Health
{
    /// <summary>Orchestrators give up a probe after a second unless told otherwise.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// <c>GET /health/live</c>: 200 as long as the process turns. <c>GET /health/ready</c>: 200 when the model has run one real inference, the database answers
    /// and the process isn't stopping, with the model, what it computes with and why, and why payments are off where they are; else 503 with the reason in one word.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => TypedResults.Text("alive"));
        routes.MapGet("/health/ready", async (SharedModel model, Store store, ISettlement settlement, IHostApplicationLifetime lifetime, CancellationToken cancellation) =>
            lifetime.ApplicationStopping.IsCancellationRequested ? NotReady("stopping")
            : !model.IsReady ? NotReady("loading")
            : !await AnswersAsync(store, cancellation) ? NotReady("database")
            : TypedResults.Text($"ready, {model.Description}{await PaymentsAsync(settlement, cancellation)}"));
    }

    /// <summary>Not a reason to be not ready: the other APIs have nothing to do with it, and nothing that an orchestrator can do mends a chain.</summary>
    private static async Task<string> PaymentsAsync(ISettlement settlement, CancellationToken cancellation)
    {
        try
        {
            // The look itself goes on when a probe's patience is over: the next one finds what it came to.
            return await settlement.CheckAsync(CancellationToken.None).WaitAsync(Patience, cancellation) is { } fault ? $"; payments off: {fault.Reason}" : "";
        }
        catch (TimeoutException)
        {
            return "; payments off: no answer yet";
        }
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

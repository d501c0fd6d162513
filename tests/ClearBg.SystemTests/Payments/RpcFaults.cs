using System.Text.Json.Nodes;

namespace ClearBg.SystemTests.Payments;

/// <summary>What can be wrong with a node, or with the way to it.</summary>
internal static class RpcFaults
{
    /// <summary>Nothing is wrong: for waiting until the node has a call.</summary>
    public static RpcFault None { get; } = static async (call, met) =>
    {
        var answer = await call.PassAsync();
        met();
        await call.AnswerAsync(answer);
    };

    /// <summary>The connection breaks before the node has the call.</summary>
    public static RpcFault Drops { get; } = static (call, met) =>
    {
        call.Drop();
        met();
        return Task.CompletedTask;
    };

    /// <summary>The node has the call, and the connection breaks before the answer is here.</summary>
    public static RpcFault LosesTheAnswer { get; } = static async (call, met) =>
    {
        await call.PassAsync();
        call.Drop();
        met();
    };

    /// <summary>No answer comes, and the node never has the call.</summary>
    public static RpcFault Hangs { get; } = static async (call, met) =>
    {
        met();
        await NeverAsync(call);
    };

    /// <summary>The node has the call, and no answer comes.</summary>
    public static RpcFault HangsAfterwards { get; } = static async (call, met) =>
    {
        await call.PassAsync();
        met();
        await NeverAsync(call);
    };

    /// <summary>A proxy's own page instead of the node's answer.</summary>
    public static RpcFault IsBehindABrokenProxy { get; } = static (call, met) =>
    {
        met();
        return call.WriteAsync(502, "<html><body>Bad Gateway</body></html>");
    };

    /// <summary>Status 200 and half a JSON.</summary>
    public static RpcFault TalksNonsense { get; } = static (call, met) =>
    {
        met();
        return call.WriteAsync(200, """{"jsonrpc":"2.0","id":1,"res""");
    };

    /// <summary>JSON that belongs to another call.</summary>
    public static RpcFault AnswersSomebodyElse { get; } = static (call, met) =>
    {
        met();
        return call.WriteAsync(200, """{"jsonrpc":"2.0","id":"another","result":"0x1"}""");
    };

    /// <summary>Has so many calls fail by another fault, and then none.</summary>
    public static RpcFault Times(int count, RpcFault fault) => async (call, met) =>
    {
        if (Interlocked.Decrement(ref count) >= 0)
        {
            await fault(call, met);
        }
        else
        {
            await call.AnswerAsync(await call.PassAsync());
        }
    };

    /// <summary>The first call reaches the node only when something else is done; those after it go through.</summary>
    public static RpcFault HoldsTheFirst(Task release)
    {
        var calls = 0;
        return async (call, met) =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                met();
                await release;
            }

            await call.AnswerAsync(await call.PassAsync());
        };
    }

    /// <summary>Says just this.</summary>
    public static RpcFault Says(string? result) => (call, met) =>
    {
        met();
        return call.ResultAsync(result);
    };

    /// <summary>Refuses, and the node never has the call.</summary>
    public static RpcFault Refuses(int code, string message) => (call, met) =>
    {
        met();
        return call.ErrorAsync(code, message);
    };

    /// <summary>The node has the call, and refuses it all the same.</summary>
    public static RpcFault RefusesAfterwards(int code, string message) => async (call, met) =>
    {
        await call.PassAsync();
        met();
        await call.ErrorAsync(code, message);
    };

    /// <summary>Changes the node's answer where there is one.</summary>
    public static RpcFault Forges(Action<JsonNode> change) => async (call, met) =>
    {
        var answer = await call.PassAsync();
        if (answer["result"] is { } result)
        {
            change(result);
            met();
        }

        await call.AnswerAsync(answer);
    };

    private static async Task NeverAsync(RpcCall call)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, call.HungUp);
        }
        catch (OperationCanceledException)
        {
            call.Drop();
        }
    }
}

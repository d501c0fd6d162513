using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ClearBg.SystemTests.Injected;

/// <summary>Around everything that the program does with a request: counts the <see cref="Steps"/> of those that ask for it.</summary>
internal sealed class SteppedRequests : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(CountAsync);
        next(app);
    };

    private static async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        if (!Steps.Begin(context.Request.Headers))
        {
            await next(context);
            return;
        }

        var body = context.Response.Body;
        context.Response.Body = new SteppedBody(body);
        await next(context);
        context.Response.Body = body;
        await context.Response.CompleteAsync();
        Steps.Pass("the end, the answer being sent");
        await Console.Error.WriteLineAsync(Steps.Survived);
    }

    /// <summary>An answer in two parts, the first of which is on its way before the second is written.</summary>
    private sealed class SteppedBody(Stream body) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Steps.Pass("the answer's first half");
            await body.WriteAsync(buffer[..(buffer.Length / 2)], cancellationToken);
            await body.FlushAsync(cancellationToken);
            Steps.Pass("the answer's second half");
            await body.WriteAsync(buffer[(buffer.Length / 2)..], cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => body.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

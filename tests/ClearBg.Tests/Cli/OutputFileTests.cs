using System.IO.Pipes;
using ClearBg.Cli;

namespace ClearBg.Tests.Cli;

public sealed class OutputFileTests : IDisposable
{
    private readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task Is_written_whole_with_the_folders_it_needs_and_nothing_else()
    {
        await OutputFile.WriteAsync(_terminal.Folder["a", "b", "x.png"], new MemoryStream([1, 2]), replace: false, CancellationToken.None);

        Assert.Equal("a/b/x.png", _terminal.Files());
        Assert.Equal([1, 2], await File.ReadAllBytesAsync(_terminal.Folder["a", "b", "x.png"]));
    }

    [Fact]
    public async Task Takes_another_files_place_only_when_told()
    {
        var path = _terminal.Folder.Write("x.png", [1]);

        await Assert.ThrowsAsync<IOException>(() => OutputFile.WriteAsync(path, new MemoryStream([2]), replace: false, CancellationToken.None));
        Assert.Equal([1], await File.ReadAllBytesAsync(path));
        await OutputFile.WriteAsync(path, new MemoryStream([2]), replace: true, CancellationToken.None);

        Assert.Equal([2], await File.ReadAllBytesAsync(path));
        Assert.Equal("x.png", _terminal.Files());
    }

    /// <summary>As root, -o /dev/null made a picture of it. Tried with a pipe, which a test that fails leaves whole.</summary>
    [Fact]
    public async Task Something_in_dev_is_written_to_and_not_replaced()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        await OutputFile.WriteAsync($"/dev/fd/{pipe.GetClientHandleAsString()}", new MemoryStream([1, 2]), replace: true, CancellationToken.None);
        pipe.DisposeLocalCopyOfClientHandle();

        var read = new byte[3];
        Assert.Equal(2, await pipe.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false));
        Assert.Equal([1, 2, 0], read);
    }

    [Fact]
    public async Task Leaves_nothing_when_cancelled()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OutputFile.WriteAsync(_terminal.Folder["x.png"], new MemoryStream([1]), replace: true, new CancellationToken(canceled: true)));

        Assert.Equal("", _terminal.Files());
    }
}

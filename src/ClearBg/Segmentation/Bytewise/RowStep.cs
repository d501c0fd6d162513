namespace ClearBg.Segmentation.Bytewise;

/// <summary>A step that makes its output row by row.</summary>
internal abstract class RowStep(int rows) : NetworkStep
{
    // Enough parts for threads that progress unevenly, and not so many that taking one costs anything.
    private readonly int _rows = Math.Max(1, rows / 32);

    public sealed override int Items => (rows + _rows - 1) / _rows;

    public sealed override void Run(int item, InferenceMemory memory)
    {
        for (var y = item * _rows; y < Math.Min(rows, (item + 1) * _rows); y++)
        {
            Row(y, memory);
        }
    }

    protected abstract void Row(int y, InferenceMemory memory);
}

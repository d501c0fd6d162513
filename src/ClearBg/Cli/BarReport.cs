using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ClearBg.Cli;

/// <summary>A progress bar on a terminal, with a line above it for each picture that was not done.</summary>
internal sealed class BarReport(TextWriter error) : RemovalReport
{
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
    private ProgressTask? _bar;

    public override Task ShowAsync(int pictures, Func<Task> work) =>
        _console.Progress().Columns(new ProgressBarColumn(), new CountColumn(), new RemainingTimeColumn()).StartAsync(context =>
        {
            _bar = context.AddTask("pictures", maxValue: pictures);
            return work();
        });

    protected override void Show(PictureOutcome outcome)
    {
        if (outcome.Fate != PictureFate.Done)
        {
            Say(outcome.Line);
        }

        _bar?.Increment(1);
    }

    // As text: markup would read brackets in a file's name.
    protected override void Say(string line) => _console.Write(new Text(line + Environment.NewLine));

    private sealed class CountColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(string.Create(CultureInfo.InvariantCulture, $"{task.Value:0} of {task.MaxValue:0}"));
    }
}

using ClearBg.Cli;

return await CommandLine.RunAsync(args);

using ClearBg.Cli;
using ClearBg.Operations;

NativeHeap.GiveLargeBlocksBack();
return await CommandLine.RunAsync(args);

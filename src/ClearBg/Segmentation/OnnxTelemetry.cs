using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ClearBg.Segmentation;

/// <summary>
/// Keeps ONNX Runtime from reporting to its maker. Since 1.29 its libraries for Linux and macOS carry a telemetry client that makes a device id in the user's cache
/// folder, writes a session file into the working directory and sends events about the machine and the model. Nothing may leave the operator's machine.
/// </summary>
internal static partial class OnnxTelemetry
{
    private const string Switch = "ORT_DISABLE_TELEMETRY";

    /// <summary>Runs before any code of this program: the client starts with the library's environment, and only the variable stops it before that.</summary>
    [ModuleInitializer]
    public static void KeepFromStarting()
    {
        Environment.SetEnvironmentVariable(Switch, "1");
        if (!OperatingSystem.IsWindows())
        {
            // .NET's variables are its own copy; the library reads the C library's.
            _ = SetEnv(Switch, "1", overwrite: 1);
        }
    }

    /// <summary>The library's own switch, for systems on which it doesn't read the variable. Creates its environment.</summary>
    public static void TurnOff() => OrtEnv.Instance().DisableTelemetryEvents();

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}

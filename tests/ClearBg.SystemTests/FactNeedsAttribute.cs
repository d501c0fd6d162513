namespace ClearBg.SystemTests;

/// <summary>A fact that needs a program of the machine, and is skipped with the name of its Debian package where there is none.</summary>
internal sealed class FactNeedsAttribute : FactAttribute
{
    public FactNeedsAttribute(string program)
    {
        if (!Shell.Has(program))
        {
            Skip = $"'{program}' is not on this machine: apt-get install {PackageOf(program)}.";
        }
        else if (program == "bwrap" && !Shell.CanSandbox)
        {
            Skip = "bwrap cannot make a sandbox here: allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1), or run as root.";
        }
    }

    private static string PackageOf(string program) => program switch { "bwrap" => "bubblewrap", "node" => "nodejs", _ => program };
}

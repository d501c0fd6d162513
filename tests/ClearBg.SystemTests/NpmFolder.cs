namespace ClearBg.SystemTests;

/// <summary>Packages of npm that tests call, installed beside the tests when one is first needed; this needs npm and its registry, as the build does.</summary>
internal static class NpmFolder
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Installs exactly what the folder's lock file says, unless that was done. npm writes its own list of what is installed last, so that an installation that was
    /// cut off is begun again.
    /// </summary>
    public static async Task InstallAsync(string folder)
    {
        var list = new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json"));
        if (list.Exists && list.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
        {
            return;
        }

        var npm = await Shell.RunAsync(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], Longest, folder);
        Assert.True(npm.Code == 0, npm.Errors);
    }
}

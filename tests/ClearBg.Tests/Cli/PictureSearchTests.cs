using ClearBg.Cli;
using ClearBg.Tests.Segmentation;

namespace ClearBg.Tests.Cli;

public sealed class PictureSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_gives_its_pictures_by_extension_in_any_case_and_in_order()
    {
        Add("b.JPG", "a.png", "c.WebP", "d.jpeg", "notes.txt", ".hidden.png", "below/e.png");

        Assert.Equal("a.png b.JPG c.WebP d.jpeg", Find(_folder.Path));
    }

    [Fact]
    public void A_folder_is_searched_deeper_only_when_told_and_through_no_link()
    {
        Add("a.png", "below/b.png", "below/deeper/c.png");
        Directory.CreateSymbolicLink(_folder["loop"], _folder.Path);

        Assert.Equal("a.png", Find(_folder.Path));
        Assert.Equal("a.png below/b.png below/deeper/c.png", Find(recursive: true, _folder.Path));
        Assert.Equal(["", "below", Path.Combine("below", "deeper")], PictureSearch.Find([_folder.Path], recursive: true).Select(static found => found.Below));
    }

    [Fact]
    public void Cut_outs_of_an_earlier_run_are_no_pictures_of_a_folder_or_glob()
    {
        Add("a.jpg", "a-no-bg.png", "A-NO-BG.webp");

        Assert.Equal("a.jpg", Find(_folder.Path));
        Assert.Equal("a.jpg", Find(_folder["*"]));
    }

    [Fact]
    public void A_cut_out_is_taken_when_it_is_the_only_path_and_left_out_as_one_of_many()
    {
        Add("a.jpg", "a-no-bg.png");

        Assert.Equal("a-no-bg.png", Find(_folder["a-no-bg.png"]));
        var found = PictureSearch.Find([_folder["a.jpg"], _folder["a-no-bg.png"]], recursive: false);
        Assert.Equal([false, true], found.Select(static picture => picture.IsSkipped));
    }

    [Theory]
    [InlineData("*.jpg", "a.jpg b.jpg")]
    [InlineData("b*", "b.jpg")]
    [InlineData("**", "a.jpg b.jpg x/c.jpg x/y/d.jpg")]
    [InlineData("**/*.jpg", "a.jpg b.jpg x/c.jpg x/y/d.jpg")]
    [InlineData("x/**/*.jpg", "x/c.jpg x/y/d.jpg")]
    [InlineData("*/*.jpg", "x/c.jpg")]
    [InlineData("*.txt", "b.txt")]
    public void A_glob_is_expanded_where_the_shell_did_not(string glob, string expected)
    {
        Add("a.jpg", "b.jpg", "b.txt", "x/c.jpg", "x/y/d.jpg");

        Assert.Equal(expected, Find(_folder[glob]));
    }

    /// <summary>The same picture was found at every depth that the system allows, 40 times; with two such links the search never ended.</summary>
    [Fact]
    public void A_deep_glob_goes_through_no_link()
    {
        Add("x/a.jpg");
        Directory.CreateSymbolicLink(_folder["x", "loop"], _folder.Path);

        Assert.Equal("x/a.jpg", Find(_folder["**", "*.jpg"]));
        Directory.CreateSymbolicLink(_folder["link"], _folder["x"]);
        Assert.Equal("x/a.jpg", Find(_folder["**", "*.jpg"]));
        Assert.Equal("link/a.jpg x/a.jpg", Find(_folder["*", "*.jpg"]));
    }

    [Fact]
    public void A_file_with_a_star_in_its_name_is_no_glob()
    {
        Add("*.jpg", "a.jpg");

        Assert.Equal("*.jpg", Find(_folder["*.jpg"]));
    }

    [Theory]
    [InlineData("gone.jpg", "There is no such file or folder.")]
    [InlineData("", "There is no such file or folder.")]
    [InlineData("*.gif", "No picture matches.")]
    [InlineData("gone/*.jpg", "No picture matches.")]
    [InlineData("empty", "The folder itself holds no picture to work on; --recursive looks into those below it.")]
    public void What_is_not_there_is_said_in_its_place(string path, string sentence)
    {
        Directory.CreateDirectory(_folder["empty"]);
        var asked = path.Length == 0 ? "" : _folder[path];

        var found = Assert.Single(PictureSearch.Find([asked], recursive: false));

        Assert.Equal(new FoundPicture(asked, Refusal: sentence), found);
    }

    [Fact]
    public void A_file_is_found_once_however_often_it_is_named()
    {
        Add("a.jpg", "b.jpg");

        Assert.Equal("b.jpg a.jpg", Find(_folder["b.jpg"], _folder[".", "b.jpg"], _folder.Path, _folder["*.jpg"]));
    }

    private void Add(params string[] names) => Array.ForEach(names, name => _folder.Write(name, [1]));

    private string Find(params string[] paths) => Find(recursive: false, paths);

    private string Find(bool recursive, params string[] paths) =>
        string.Join(' ', PictureSearch.Find(paths, recursive).Select(found => Path.GetRelativePath(_folder.Path, found.Path).Replace('\\', '/')));
}

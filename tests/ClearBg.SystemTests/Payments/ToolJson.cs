using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClearBg.SystemTests.Payments;

/// <summary>JSON as the scripts of these tests write and read it.</summary>
internal static class ToolJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
}

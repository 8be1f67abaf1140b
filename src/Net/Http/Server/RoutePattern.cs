using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

/// <summary>A mapped path, cut into segments: <c>/users/{id}/files/{**path}</c>.</summary>
internal sealed class RoutePattern
{
    private RoutePattern(string text, List<RouteSegment> segments)
    {
        Text = text;
        Segments = segments;
        Parameters = [.. segments.Where(static segment => segment.Name != null).Select(static segment => segment.Name!)];
    }

    public string Text { get; }

    public IReadOnlyList<RouteSegment> Segments { get; }

    /// <summary>The names of its parameters in their order.</summary>
    public string[] Parameters { get; }

    /// <summary>It can be found by one look at the path: it has no parameter, or a plain one at its end only.</summary>
    public bool IsSimple => Parameters.Length == 0 || (Parameters.Length == 1 && Segments[^1] is { Name: not null, IsCatchAll: false });

    /// <summary>What all paths of a simple pattern begin with: all of it, or what comes before its parameter.</summary>
    public byte[] Literal => Encoding.ASCII.GetBytes(Parameters.Length == 0 ? Text : Text[..(Text.LastIndexOf('/') + 1)]);

    /// <exception cref="ArgumentException">It is not a path.</exception>
    public static RoutePattern Parse(string path)
    {
        if (path.Length == 0 || path[0] != '/' || !Ascii.IsValid(path)) throw Bad(path);
        var segments = new List<RouteSegment>();
        var names = new HashSet<string>();
        foreach (var text in path[1..].Split('/'))
        {
            var segment = ParseSegment(text) ?? throw Bad(path);
            if (segments.Count > 0 && segments[^1].IsCatchAll) throw Bad(path);
            if (segment.Name != null && !names.Add(segment.Name)) throw new ArgumentException($"'{path}' can't be mapped: it has two parameters of the name {segment.Name}.", nameof(path));
            segments.Add(segment);
        }
        return new RoutePattern(path, segments);
    }

    private static RouteSegment? ParseSegment(string text)
    {
        if (text.StartsWith('{') && text.EndsWith('}'))
        {
            var isCatchAll = text.StartsWith("{**", StringComparison.Ordinal);
            var name = text[(isCatchAll ? 3 : 1)..^1];
            return name.Length > 0 && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-') ? new RouteSegment([], name, isCatchAll) : null;
        }
        var literal = Encoding.ASCII.GetBytes(text);
        return literal.AsSpan().IndexOfAnyExcept(HttpCharacters.Target) < 0 && literal.AsSpan().IndexOfAny("?{}"u8) < 0 ? new RouteSegment(literal, null, false) : null;
    }

    private static ArgumentException Bad(string path) => new(
        $"'{path}' can't be mapped. Give an absolute path of printable ASCII, in which a segment may be a parameter and the last one the rest of the path: /users/{{id}}/files/{{**path}}.",
        nameof(path));
}

/// <summary>A segment of a mapped path.</summary>
/// <param name="Literal">What it must be; nothing if it is a parameter.</param>
/// <param name="Name">The parameter's name, or null.</param>
/// <param name="IsCatchAll">The parameter stands for all that follows.</param>
internal sealed record RouteSegment(byte[] Literal, string? Name, bool IsCatchAll);

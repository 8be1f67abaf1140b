using System.Collections.Frozen;

namespace FastCore.Net.Http.Coding;

/// <summary>A set of media types: single ones, all of a kind (<c>text/*</c>), and all that are built on a syntax (<c>*+json</c>, RFC 6839).</summary>
internal sealed class MediaTypeSet
{
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _single;
    private readonly string[] _kinds;
    private readonly string[] _syntaxes;

    public MediaTypeSet(IReadOnlyList<string> types)
    {
        _kinds = [.. types.Where(static type => type.EndsWith("/*", StringComparison.Ordinal)).Select(static type => type[..^1])];
        _syntaxes = [.. types.Where(static type => type.StartsWith("*+", StringComparison.Ordinal)).Select(static type => type[1..])];
        _single = types.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Whether the type is one of them, whatever parameters it has. Allocates nothing.</summary>
    public bool Contains(ReadOnlySpan<char> type)
    {
        var semicolon = type.IndexOf(';');
        type = (semicolon < 0 ? type : type[..semicolon]).Trim();
        if (_single.Contains(type)) return true;
        foreach (var kind in _kinds)
        {
            if (type.StartsWith(kind, StringComparison.OrdinalIgnoreCase)) return true;
        }
        foreach (var syntax in _syntaxes)
        {
            if (type.EndsWith(syntax, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}

namespace FastCore.Net.Http.Server;

/// <summary>
/// The mapped paths with parameters that a table can't find: a tree by segments. Where several fit, the one wins whose first
/// difference is a literal against a parameter, or a parameter against the rest of the path.
/// </summary>
/// <remarks>A look visits each node once at most, since a node has one depth and a path one segment for it.</remarks>
internal sealed class RouteTree
{
    private readonly List<(byte[] Literal, RouteTree Next)> _literals = [];
    private RouteTree? _parameter;

    // Paths that end here, and paths whose rest is a parameter.
    private RouteNode? _end;
    private RouteNode? _rest;

    /// <summary>Where the pattern's handlers go.</summary>
    public RouteNode Add(RoutePattern pattern)
    {
        var tree = this;
        foreach (var segment in pattern.Segments)
        {
            if (segment.IsCatchAll) return tree._rest ??= new RouteNode(pattern);
            tree = segment.Name != null ? tree._parameter ??= new RouteTree() : tree.Under(segment.Literal);
        }
        return tree._end ??= new RouteNode(pattern);
    }

    /// <summary>The node of the path whose segments begin at <paramref name="start"/>, or null.</summary>
    public RouteNode? Find(ReadOnlySpan<byte> path, int start, RouteValues values)
    {
        if (start > path.Length) return _end;
        var rest = path[start..];
        var slash = rest.IndexOf((byte)'/');
        var segment = slash < 0 ? rest : rest[..slash];
        var next = start + segment.Length + 1;
        foreach (var (literal, tree) in _literals)
        {
            if (!segment.SequenceEqual(literal)) continue;
            if (tree.Find(path, next, values) is { } found) return found;
            break;
        }
        var known = values.Count;
        if (_parameter != null && !segment.IsEmpty)
        {
            values.Add(start, segment.Length);
            if (_parameter.Find(path, next, values) is { } found) return found;
            values.Cut(known);
        }
        if (_rest != null) values.Add(start, rest.Length);
        return _rest;
    }

    private RouteTree Under(byte[] literal)
    {
        foreach (var (known, tree) in _literals)
        {
            if (known.AsSpan().SequenceEqual(literal)) return tree;
        }
        var added = new RouteTree();
        _literals.Add((literal, added));
        return added;
    }
}

using System.Numerics;
using System.Runtime.InteropServices;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

/// <summary>
/// Finds the handlers of a path by its bytes: exact paths first, then paths of which only the last segment is a parameter, both
/// in a table; then all others, in a tree. The first that fits is also the one that says most about the path, from its
/// beginning. Filled before the server starts, only read afterwards.
/// </summary>
/// <remarks>
/// Paths are compared as they were sent: neither escapes nor dot segments are resolved, so nothing is reached under a
/// second name. Both tables use open addressing with at most half their places taken.
/// </remarks>
internal sealed class Router
{
    private readonly List<RouteNode> _exact = [];
    private readonly List<RouteNode> _prefixes = [];
    private readonly List<RouteNode> _nodes = [];
    private RouteTree? _tree;
    private RouteNode?[] _exactTable = [null];
    private RouteNode?[] _prefixTable = [null];

    public MethodTable Methods { get; } = new();

    /// <summary>The Allow field line of the server as a whole, for <c>OPTIONS *</c>.</summary>
    public byte[] AllowLine { get; private set; } = [];

    /// <exception cref="ArgumentException">The path is not one.</exception>
    /// <exception cref="InvalidOperationException">Method and path are mapped already.</exception>
    public void Add(HttpMethod method, string path, Route route)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(path);
        var pattern = RoutePattern.Parse(path);
        NodeOf(pattern).Add(pattern, Methods.Intern(method), route);
        _exactTable = Hashed(_exact);
        _prefixTable = Hashed(_prefixes);
        foreach (var node in _nodes) node.Complete(Methods);
        AllowLine = MethodTable.AllowLine(Methods.Where(index => index == (int)KnownMethod.Options || _nodes.Any(node => node.Find(index) != null)));
    }

    /// <summary>Puts what the server was told to use around all handlers, once.</summary>
    public void Wrap(Middleware middleware)
    {
        foreach (var node in _nodes) node.Wrap(middleware);
    }

    private RouteNode NodeOf(RoutePattern pattern)
    {
        RouteNode node;
        if (!pattern.IsSimple)
        {
            node = (_tree ??= new RouteTree()).Add(pattern);
            if (!_nodes.Contains(node)) _nodes.Add(node);
            return node;
        }
        var nodes = pattern.Parameters.Length == 0 ? _exact : _prefixes;
        var literal = pattern.Literal;
        if (nodes.Find(candidate => candidate.Path.AsSpan().SequenceEqual(literal)) is { } known) return known;
        nodes.Add(node = new RouteNode(pattern));
        _nodes.Add(node);
        return node;
    }

    /// <summary>The node of the path, or null. <paramref name="values"/>, empty before, holds what its parameters stand for.</summary>
    public RouteNode? Find(ReadOnlySpan<byte> path, RouteValues values)
    {
        var node = Find(_exactTable, path);
        if (node != null) return node;
        if (_prefixes.Count > 0)
        {
            var start = path.LastIndexOf((byte)'/') + 1;
            if (start < path.Length && (node = Find(_prefixTable, path[..start])) != null)
            {
                values.Add(start, path.Length - start);
                return node;
            }
        }
        return _tree?.Find(path, 1, values);
    }

    private static RouteNode? Find(RouteNode?[] table, ReadOnlySpan<byte> path)
    {
        for (var index = Hash(path); ; index++)
        {
            var node = table[index & (uint)(table.Length - 1)];
            if (node == null || path.SequenceEqual(node.Path)) return node;
        }
    }

    private static RouteNode?[] Hashed(List<RouteNode> nodes)
    {
        var table = new RouteNode?[BitOperations.RoundUpToPowerOf2((uint)(nodes.Count * 2 + 1))];
        foreach (var node in nodes)
        {
            var index = Hash(node.Path);
            while (table[index & (uint)(table.Length - 1)] != null) index++;
            table[index & (uint)(table.Length - 1)] = node;
        }
        return table;
    }

    // Both ends and the length. The table is the application's, so nobody outside can make it degenerate.
    private static uint Hash(ReadOnlySpan<byte> path)
    {
        ulong ends;
        if (path.Length >= 8) ends = MemoryMarshal.Read<ulong>(path) ^ BitOperations.RotateLeft(MemoryMarshal.Read<ulong>(path[^8..]), 29);
        else
        {
            ends = 0;
            foreach (var letter in path) ends = ends << 8 | letter;
        }
        return (uint)((ends ^ (uint)path.Length) * 0x9E37_79B9_7F4A_7C15 >> 32);
    }
}

using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

/// <summary>
/// Finds the handlers of a path by its bytes: exact paths first, then paths whose last segment is a parameter.
/// Filled before the server starts, only read afterwards.
/// </summary>
/// <remarks>
/// Paths are compared as they were sent: neither escapes nor dot segments are resolved, so nothing is reached under a
/// second name. Both tables use open addressing with at most half their places taken.
/// </remarks>
internal sealed class Router
{
    private readonly List<RouteNode> _exact = [];
    private readonly List<RouteNode> _prefixes = [];
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
        var parameter = path.EndsWith('}') ? path.LastIndexOf('/') + 1 : -1;
        var isParameter = parameter > 0 && path[parameter] == '{' && path.Length > parameter + 2;
        var literal = Encoding.UTF8.GetBytes(isParameter ? path[..parameter] : path);
        if (literal.Length == 0 || literal[0] != '/' || literal.AsSpan().IndexOfAnyExcept(HttpCharacters.Target) >= 0 || literal.AsSpan().IndexOfAny("?{}"u8) >= 0)
            throw new ArgumentException($"'{path}' can't be mapped. Give an absolute path of printable ASCII, whose last segment may be a parameter: /bytes/{{n}}.", nameof(path));

        var nodes = isParameter ? _prefixes : _exact;
        var node = nodes.Find(candidate => candidate.Path.AsSpan().SequenceEqual(literal));
        if (node == null) nodes.Add(node = new RouteNode(literal));
        node.Add(Methods.Intern(method), route);
        _exactTable = Hashed(_exact);
        _prefixTable = Hashed(_prefixes);
        foreach (var each in _exact.Concat(_prefixes)) each.Complete(Methods);
        var all = Methods.Where(index => index == (int)KnownMethod.Options || _exact.Concat(_prefixes).Any(each => each.Find(index) != null));
        AllowLine = MethodTable.AllowLine(all);
    }

    /// <summary>The node of the path, or null. <paramref name="parameterStart"/> is where the parameter's value begins, or -1.</summary>
    public RouteNode? Find(ReadOnlySpan<byte> path, out int parameterStart)
    {
        parameterStart = -1;
        var node = Find(_exactTable, path);
        if (node != null || _prefixes.Count == 0) return node;
        var start = path.LastIndexOf((byte)'/') + 1;
        if (start == path.Length) return null;
        node = Find(_prefixTable, path[..start]);
        if (node != null) parameterStart = start;
        return node;
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

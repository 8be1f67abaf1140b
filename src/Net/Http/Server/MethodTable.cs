using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

/// <summary>Numbers for methods: those of <see cref="KnownMethod"/>, then any other the application maps.</summary>
internal sealed class MethodTable
{
    private readonly List<HttpMethod?> _methods =
    [
        null, HttpMethod.Get, HttpMethod.Head, HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Options, HttpMethod.Patch,
        HttpMethod.Trace, HttpMethod.Connect, HttpMethod.Query,
    ];

    private byte[][] _otherTokens = [];

    public HttpMethod this[int index] => _methods[index]!;

    /// <summary>The method's number; a method seen for the first time gets one.</summary>
    public int Intern(HttpMethod method)
    {
        var known = (int)KnownMethods.Of(Encoding.ASCII.GetBytes(method.Method));
        if (known != 0) return known;
        var index = _methods.FindIndex(other => other?.Method == method.Method);
        if (index > 0) return index;
        _methods.Add(method);
        _otherTokens = [.. _otherTokens, Encoding.ASCII.GetBytes(method.Method)];
        return _methods.Count - 1;
    }

    /// <summary>The number of a request's method, or -1 if nothing here knows it.</summary>
    public int Find(RequestHead head, ReadOnlySpan<byte> bytes)
    {
        if (head.Method != KnownMethod.Other) return (int)head.Method;
        var token = head.MethodToken.Of(bytes);
        for (var i = 0; i < _otherTokens.Length; i++)
        {
            if (token.SequenceEqual(_otherTokens[i])) return KnownMethods.Count + i;
        }
        return -1;
    }

    /// <summary>The methods whose number fulfils the condition.</summary>
    public IEnumerable<HttpMethod> Where(Func<int, bool> condition) =>
        Enumerable.Range(1, _methods.Count - 1).Where(condition).Select(index => _methods[index]!);

    public static byte[] AllowLine(IEnumerable<HttpMethod> methods) =>
        Encoding.ASCII.GetBytes($"Allow: {string.Join(", ", methods.Select(static method => method.Method))}\r\n");
}

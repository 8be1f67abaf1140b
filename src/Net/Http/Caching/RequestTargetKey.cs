using System.Text;

namespace FastCore.Net.Http.Caching;

/// <summary>What a request asks for, where it lies.</summary>
internal readonly ref struct RequestTargetKey(ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
{
    public ReadOnlySpan<byte> Path { get; } = path;

    /// <summary>Without the question mark; empty if there is none, or nothing after it.</summary>
    public ReadOnlySpan<byte> Query { get; } = query;

    public override string ToString() =>
        Query.IsEmpty ? Encoding.Latin1.GetString(Path) : $"{Encoding.Latin1.GetString(Path)}?{Encoding.Latin1.GetString(Query)}";
}

/// <summary>Compares targets with what a request asks for, without a string of it. A hash differs from process to process, so no client can choose targets that meet.</summary>
internal sealed class RequestTargetComparer : IEqualityComparer<string>, IAlternateEqualityComparer<RequestTargetKey, string>
{
    public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

    public int GetHashCode(string obj)
    {
        var bytes = Encoding.Latin1.GetBytes(obj);
        var end = obj.IndexOf('?', StringComparison.Ordinal);
        return GetHashCode(end < 0 ? new RequestTargetKey(bytes, default) : new RequestTargetKey(bytes.AsSpan(0, end), bytes.AsSpan(end + 1)));
    }

    public bool Equals(RequestTargetKey alternate, string other)
    {
        var path = alternate.Path.Length;
        if (alternate.Query.IsEmpty) return Ascii.Equals(alternate.Path, other);
        return other.Length == path + 1 + alternate.Query.Length && other[path] == '?' && Ascii.Equals(alternate.Path, other.AsSpan(0, path)) && Ascii.Equals(alternate.Query, other.AsSpan(path + 1));
    }

    public int GetHashCode(RequestTargetKey alternate)
    {
        var hash = new HashCode();
        hash.Add(alternate.Path.Length);
        hash.AddBytes(alternate.Path);
        hash.AddBytes(alternate.Query);
        return hash.ToHashCode();
    }

    public string Create(RequestTargetKey alternate) => alternate.ToString();
}

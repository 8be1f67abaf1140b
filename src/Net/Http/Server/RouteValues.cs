using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

/// <summary>What the parameters of a mapped path stand for: places in the path, counted from its first byte. One is used over and over.</summary>
internal sealed class RouteValues
{
    private Slice[] _values = new Slice[4];

    public int Count { get; private set; }

    /// <summary>The value at <paramref name="index"/>; empty if there is none.</summary>
    public Slice this[int index] => (uint)index < (uint)Count ? _values[index] : default;

    public void Add(int start, int length)
    {
        if (Count == _values.Length) Array.Resize(ref _values, Count * 2);
        _values[Count++] = new Slice(start, length);
    }

    /// <summary>Takes back the values behind the first <paramref name="count"/>.</summary>
    public void Cut(int count) => Count = count;
}

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>A list that is never changed and is equal to another of the same content. The default is empty.</summary>
internal readonly struct Sequence<T>(params T[] items) : IEquatable<Sequence<T>>
{
    private readonly T[]? _items = items;

    internal ReadOnlySpan<T> Items => _items;

    internal int Count => Items.Length;

    internal T First => Items[0];

    internal Sequence<T> Add(T item) => Insert(Count, item);

    internal Sequence<T> Insert(int index, T item) => new([.. Items[..index], item, .. Items[index..]]);

    internal Sequence<T> RemoveAt(int index) => new([.. Items[..index], .. Items[(index + 1)..]]);

    public bool Equals(Sequence<T> other) => Items.SequenceEqual(other.Items);

    public override bool Equals(object? obj) => obj is Sequence<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (T item in Items) hash.Add(item);
        return hash.ToHashCode();
    }

    public override string ToString() => string.Join(' ', Items.ToArray());
}

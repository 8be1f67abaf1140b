using System.Collections;

namespace FastCore.Collections;

public sealed partial class ConcurrentMap<TKey, TValue> : IDictionary<TKey, TValue>, IReadOnlyDictionary<TKey, TValue>, IDictionary
{
    IEnumerable<TKey> IReadOnlyDictionary<TKey, TValue>.Keys => Keys;

    IEnumerable<TValue> IReadOnlyDictionary<TKey, TValue>.Values => Values;

    bool ICollection<KeyValuePair<TKey, TValue>>.IsReadOnly => false;

    bool IDictionary.IsReadOnly => false;

    bool IDictionary.IsFixedSize => false;

    bool ICollection.IsSynchronized => false;

    /// <summary>There is no lock by which others could be kept out.</summary>
    object ICollection.SyncRoot => throw new NotSupportedException("The map has no lock to take; its operations need none.");

    ICollection IDictionary.Keys => (ICollection)Keys;

    ICollection IDictionary.Values => (ICollection)Values;

    object? IDictionary.this[object key]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(key);
            return key is TKey own && TryGetValue(own, out TValue? value) ? value : null;
        }
        set => this[KeyOf(key)] = ValueOf(value);
    }

    void IDictionary<TKey, TValue>.Add(TKey key, TValue value)
    {
        if (!TryAdd(key, value)) throw Duplicate(key);
    }

    bool IDictionary<TKey, TValue>.Remove(TKey key) => TryRemove(key, out _);

    void ICollection<KeyValuePair<TKey, TValue>>.Add(KeyValuePair<TKey, TValue> item) => ((IDictionary<TKey, TValue>)this).Add(item.Key, item.Value);

    bool ICollection<KeyValuePair<TKey, TValue>>.Contains(KeyValuePair<TKey, TValue> item) =>
        TryGetValue(item.Key, out TValue? value) && EqualityComparer<TValue>.Default.Equals(value, item.Value);

    bool ICollection<KeyValuePair<TKey, TValue>>.Remove(KeyValuePair<TKey, TValue> item) => TryRemove(item);

    void ICollection<KeyValuePair<TKey, TValue>>.CopyTo(KeyValuePair<TKey, TValue>[] array, int index) => CopyTo(ToArray(), array, index);

    void ICollection.CopyTo(Array array, int index)
    {
        KeyValuePair<TKey, TValue>[] entries = ToArray();
        switch (array)
        {
            case DictionaryEntry[] target:
                CopyTo(Array.ConvertAll(entries, static entry => new DictionaryEntry(entry.Key, entry.Value)), target, index);
                break;
            case object[] target:
                CopyTo(Array.ConvertAll<KeyValuePair<TKey, TValue>, object>(entries, static entry => entry), target, index);
                break;
            default:
                CopyTo(entries, array, index);
                break;
        }
    }

    void IDictionary.Add(object key, object? value) => ((IDictionary<TKey, TValue>)this).Add(KeyOf(key), ValueOf(value));

    bool IDictionary.Contains(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key is TKey own && ContainsKey(own);
    }

    void IDictionary.Remove(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key is TKey own) TryRemove(own, out _);
    }

    IDictionaryEnumerator IDictionary.GetEnumerator() => new EntryEnumerator(GetEnumerator());

    private static TKey KeyOf(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key is TKey own ? own : throw new ArgumentException($"The key is a {key.GetType()}; this map's are {typeof(TKey)}.", nameof(key));
    }

    private static TValue ValueOf(object? value) =>
        value is TValue || (value is null && default(TValue) is null) ? (TValue)value!
            : throw new ArgumentException($"The value is {(value is null ? "null" : $"a {value.GetType()}")}; this map's are {typeof(TValue)}.", nameof(value));

    private static void CopyTo(Array entries, Array array, int index)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (array.Length - index < entries.Length) throw new ArgumentException($"{entries.Length} entries do not fit into {array.Length} places from {index} on.");
        try
        {
            Array.Copy(entries, 0, array, index, entries.Length);
        }
        catch (ArrayTypeMismatchException mismatch)
        {
            throw new ArgumentException($"The array is a {array.GetType()}; it must hold entries of this map.", nameof(array), mismatch);
        }
    }

    /// <summary>The face of an enumeration that non-generic code knows.</summary>
    private sealed class EntryEnumerator(IEnumerator<KeyValuePair<TKey, TValue>> entries) : IDictionaryEnumerator
    {
        public DictionaryEntry Entry => new(entries.Current.Key, entries.Current.Value);

        public object Key => entries.Current.Key;

        public object? Value => entries.Current.Value;

        public object Current => Entry;

        public bool MoveNext() => entries.MoveNext();

        public void Reset() => entries.Reset();
    }
}

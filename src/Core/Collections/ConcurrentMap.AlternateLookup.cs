using System.Diagnostics.CodeAnalysis;

namespace FastCore.Collections;

public sealed partial class ConcurrentMap<TKey, TValue>
{
    /// <summary>
    /// Looks up, adds and removes by what stands for a key, such as the characters of a string before there is a string:
    /// <c>map.GetAlternateLookup&lt;ReadOnlySpan&lt;char&gt;&gt;()</c>. A key is made only when it is added.
    /// </summary>
    /// <typeparam name="TAlternateKey">What stands for a key.</typeparam>
    /// <exception cref="InvalidOperationException">The comparer does not know <typeparamref name="TAlternateKey"/>.</exception>
    public AlternateLookup<TAlternateKey> GetAlternateLookup<TAlternateKey>()
        where TAlternateKey : notnull, allows ref struct =>
        TryGetAlternateLookup(out AlternateLookup<TAlternateKey> lookup) ? lookup
            : throw new InvalidOperationException($"The map's comparer compares no {typeof(TAlternateKey)} with a {typeof(TKey)}. Make the map with one that is an IAlternateEqualityComparer for them.");

    /// <summary>As <see cref="GetAlternateLookup"/>, where the comparer may not know <typeparamref name="TAlternateKey"/>.</summary>
    /// <returns>Whether it does.</returns>
    public bool TryGetAlternateLookup<TAlternateKey>(out AlternateLookup<TAlternateKey> lookup)
        where TAlternateKey : notnull, allows ref struct
    {
        bool isKnown = KeyComparer is IAlternateEqualityComparer<TAlternateKey, TKey>;
        lookup = isKnown ? new(this) : default;
        return isKnown;
    }

    /// <summary>A map seen by what stands for its keys. What is null stands for none: <see cref="ArgumentNullException"/>.</summary>
    /// <typeparam name="TAlternateKey">What stands for a key.</typeparam>
    public readonly struct AlternateLookup<TAlternateKey>
        where TAlternateKey : notnull, allows ref struct
    {
        private readonly IAlternateEqualityComparer<TAlternateKey, TKey> _comparer;

        internal AlternateLookup(ConcurrentMap<TKey, TValue> map)
        {
            Map = map;
            _comparer = (IAlternateEqualityComparer<TAlternateKey, TKey>)map.KeyComparer;
        }

        /// <summary>The map.</summary>
        public ConcurrentMap<TKey, TValue> Map { get; }

        /// <summary>Gets a key's value; or adds the key with a value, or gives it another.</summary>
        /// <exception cref="KeyNotFoundException">On getting, the key is not there.</exception>
        public TValue this[TAlternateKey key]
        {
            get => TryGetValue(key, out TValue? value) ? value : throw new KeyNotFoundException("The key is not in the map.");
            set => Map._core.Set(Probe(key), value);
        }

        /// <summary>Gets a key's value.</summary>
        /// <returns>Whether the key is there.</returns>
        public bool TryGetValue(TAlternateKey key, [MaybeNullWhen(false)] out TValue value) => Map._core.TryRead(Probe(key), out value);

        /// <summary>Gets a key's value, and the key itself.</summary>
        /// <returns>Whether the key is there.</returns>
        public bool TryGetValue(TAlternateKey key, [MaybeNullWhen(false)] out TKey actualKey, [MaybeNullWhen(false)] out TValue value) =>
            Map._core.TryRead(Probe(key), out actualKey, out value);

        /// <summary>Whether the key is there.</summary>
        public bool ContainsKey(TAlternateKey key) => TryGetValue(key, out _);

        /// <summary>Makes a key and adds it, if it is not there.</summary>
        /// <returns>False when it is.</returns>
        public bool TryAdd(TAlternateKey key, TValue value) => Map._core.TryAdd(Probe(key), value);

        /// <summary>Gets a key's value, or makes the key and adds it with the one given.</summary>
        /// <returns>The value the key has then.</returns>
        public TValue GetOrAdd(TAlternateKey key, TValue value) => Map._core.GetOrAdd(Probe(key), value);

        /// <summary>Removes a key.</summary>
        /// <returns>Whether it was there.</returns>
        public bool TryRemove(TAlternateKey key, [MaybeNullWhen(false)] out TValue value) => TryRemove(key, out _, out value);

        /// <summary>Removes a key.</summary>
        /// <param name="key">What stands for it.</param>
        /// <param name="actualKey">The key that was there.</param>
        /// <param name="value">The value it had.</param>
        /// <returns>Whether it was there.</returns>
        public bool TryRemove(TAlternateKey key, [MaybeNullWhen(false)] out TKey actualKey, [MaybeNullWhen(false)] out TValue value) =>
            Map._core.TryRemove(Probe(key), out actualKey, out value);

        private AlternateProbe<TAlternateKey, TKey> Probe(TAlternateKey key)
        {
            if (key is null) ThrowNull(nameof(key));
            return new(key, _comparer);
        }
    }
}

namespace FastCore.Collections;

public sealed partial class ConcurrentMap<TKey, TValue>
{
    /// <summary>Gets a key's value, or adds the key with the one given.</summary>
    /// <returns>The value the key has then.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TValue GetOrAdd(TKey key, TValue value) =>
        HasOwnEquality ? _core.GetOrAdd(new OwnEqualityProbe<TKey>(key), value)
        : IsOfTexts ? Texts.GetOrAdd(TextProbe(key), value)
        : _core.GetOrAdd(Probe(key), value);

    /// <summary>Gets a key's value, or adds the key with the one that a factory makes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">
    /// Makes a value for the key. Called outside of locks, by several threads at once if they come together; then only one of
    /// their values is added. See <see cref="GetOrAddOnce(TKey, Func{TKey, TValue})"/> for one call.
    /// </param>
    /// <returns>The value the key has then.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> or <paramref name="valueFactory"/> is null.</exception>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> valueFactory)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        return TryGetValue(key, out TValue? value) ? value : GetOrAdd(key, valueFactory(key));
    }

    /// <summary>Gets a key's value, or adds the key with the one that a factory makes of an argument.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">As of <see cref="GetOrAdd(TKey, Func{TKey, TValue})"/>.</param>
    /// <param name="factoryArgument">What it is given.</param>
    /// <returns>The value the key has then.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> or <paramref name="valueFactory"/> is null.</exception>
    public TValue GetOrAdd<TArg>(TKey key, Func<TKey, TArg, TValue> valueFactory, TArg factoryArgument)
        where TArg : allows ref struct
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        return TryGetValue(key, out TValue? value) ? value : GetOrAdd(key, valueFactory(key, factoryArgument));
    }

    /// <summary>Adds the key with the value given, or gives it the one that a factory makes of the value it has.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValue">The value of a key that is not there.</param>
    /// <param name="updateValueFactory">
    /// Makes a new value of the key and its value. Called outside of locks, and again when the key has got another value
    /// meanwhile.
    /// </param>
    /// <returns>The value the key has then.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> or <paramref name="updateValueFactory"/> is null.</exception>
    public TValue AddOrUpdate(TKey key, TValue addValue, Func<TKey, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        return AddOrUpdate(key, static (_, argument) => argument.addValue, static (key, value, argument) => argument.updateValueFactory(key, value), (addValue, updateValueFactory));
    }

    /// <summary>Adds the key with what one factory makes, or gives it what another makes of the value it has.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValueFactory">Makes the value of a key that is not there. Called outside of locks, and again when the key has come and gone meanwhile.</param>
    /// <param name="updateValueFactory">As of <see cref="AddOrUpdate(TKey, TValue, Func{TKey, TValue, TValue})"/>.</param>
    /// <returns>The value the key has then.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> or a factory is null.</exception>
    public TValue AddOrUpdate(TKey key, Func<TKey, TValue> addValueFactory, Func<TKey, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(addValueFactory);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        return AddOrUpdate(key, static (key, argument) => argument.addValueFactory(key), static (key, value, argument) => argument.updateValueFactory(key, value), (addValueFactory, updateValueFactory));
    }

    /// <summary>Adds the key with what one factory makes of an argument, or gives it what another makes of it and the value it has.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValueFactory">As of <see cref="AddOrUpdate(TKey, Func{TKey, TValue}, Func{TKey, TValue, TValue})"/>.</param>
    /// <param name="updateValueFactory">As of <see cref="AddOrUpdate(TKey, TValue, Func{TKey, TValue, TValue})"/>.</param>
    /// <param name="factoryArgument">What both are given.</param>
    /// <returns>The value the key has then.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> or a factory is null.</exception>
    public TValue AddOrUpdate<TArg>(TKey key, Func<TKey, TArg, TValue> addValueFactory, Func<TKey, TValue, TArg, TValue> updateValueFactory, TArg factoryArgument)
        where TArg : allows ref struct
    {
        ArgumentNullException.ThrowIfNull(addValueFactory);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        return HasOwnEquality
            ? _core.AddOrUpdate(new OwnEqualityProbe<TKey>(key), addValueFactory, updateValueFactory, factoryArgument)
            : _core.AddOrUpdate(Probe(key), addValueFactory, updateValueFactory, factoryArgument);
    }
}

using FastCore.Atomics;

namespace FastCore.Collections;

public sealed partial class ConcurrentMap<TKey, TValue>
{
    /// <summary>The factories that run, by their key; made with the first.</summary>
    private MapCore<TKey, OnceCall<TValue>, HardwareAtomics>? _calls;

    private MapCore<TKey, OnceCall<TValue>, HardwareAtomics> Calls
    {
        get
        {
            if (HardwareAtomics.Read(in _calls) is { } calls) return calls;
            var made = new MapCore<TKey, OnceCall<TValue>, HardwareAtomics>(0, !HasOwnEquality || !MapHash.IsPlain<TKey>(), MapTuning.For<TKey, OnceCall<TValue>>());
            return HardwareAtomics.CompareExchange(ref _calls, made, null) ?? made;
        }
    }

    /// <summary>
    /// Gets a key's value, or adds the key with the one that a factory makes, which runs once however many ask at the same
    /// time: the others wait for its value.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">
    /// Makes the value. It runs on the first caller's thread, outside of locks. What it throws is thrown to all who wait, and
    /// is not kept: the next call runs its factory again.
    /// </param>
    /// <returns>The value the key has then. If another way has added the key meanwhile, that value, and the factory's is dropped.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> or <paramref name="valueFactory"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The factory asked for its own key, or two factories for each other's: it would have waited for itself. Work that a factory starts counts as part of it.</exception>
    public TValue GetOrAddOnce(TKey key, Func<TKey, TValue> valueFactory)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        return GetOrAddOnce(key, static (key, valueFactory) => valueFactory(key), valueFactory);
    }

    /// <inheritdoc cref="GetOrAddOnce(TKey, Func{TKey, TValue})"/>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">As without an argument.</param>
    /// <param name="factoryArgument">What it is given.</param>
    public TValue GetOrAddOnce<TArg>(TKey key, Func<TKey, TArg, TValue> valueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        while (true)
        {
            if (TryGetValue(key, out TValue? value)) return value;
            var own = new OnceCall<TValue>();
            OnceCall<TValue> call = CallOf(key, own);
            OnceCall? waiter = OnceCall.BeginWait(call);
            call.Join();
            try
            {
                if (call == own) Run(key, call, valueFactory, factoryArgument);
                return call.Outcome.GetAwaiter().GetResult();
            }
            catch (OperationCanceledException) when (call.WasAbandoned)
            {
                // Those for whom it ran have left; this caller has not.
            }
            finally
            {
                call.Leave();
                OnceCall.EndWait(waiter, call);
            }
        }
    }

    /// <summary>
    /// Gets a key's value, or adds the key with the one that an asynchronous factory makes, which runs once however many ask
    /// at the same time: the others await its value.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">
    /// Makes the value. It begins on the first caller's thread, outside of locks. Its token fires when all who wait have
    /// cancelled, and not after the factory has ended; what it calls then runs on the thread pool. What the factory throws is thrown to all who wait, and is not kept: the next call runs its factory again.
    /// </param>
    /// <param name="cancellationToken">Ends this caller's wait, and no other's.</param>
    /// <returns>The value the key has then. If another way has added the key meanwhile, that value, and the factory's is dropped.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> or <paramref name="valueFactory"/> is null.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    /// <exception cref="InvalidOperationException">The factory asked for its own key, or two factories for each other's: it would have waited for itself. Work that a factory starts counts as part of it.</exception>
    public ValueTask<TValue> GetOrAddAsync(TKey key, Func<TKey, CancellationToken, ValueTask<TValue>> valueFactory, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        return TryGetValue(key, out TValue? value) ? new(value) : new(JoinAsync(key, valueFactory, cancellationToken));
    }

    private async Task<TValue> JoinAsync(TKey key, Func<TKey, CancellationToken, ValueTask<TValue>> valueFactory, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryGetValue(key, out TValue? value)) return value;
            var own = new OnceCall<TValue>();
            OnceCall<TValue> call = CallOf(key, own);
            OnceCall? waiter = OnceCall.BeginWait(call);
            call.Join();
            try
            {
                // Its own failure is the outcome's; nothing else comes of the task.
                if (call == own) _ = RunAsync(key, call, valueFactory);
                return await call.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (call.WasAbandoned && !cancellationToken.IsCancellationRequested)
            {
                // Those for whom it ran have left; this caller has not.
            }
            finally
            {
                call.Leave();
                OnceCall.EndWait(waiter, call);
            }
        }
    }

    private void Run<TArg>(TKey key, OnceCall<TValue> call, Func<TKey, TArg, TValue> valueFactory, TArg factoryArgument)
    {
        OnceCall? outer = OnceCall.Current;
        try
        {
            // A call that ended between this one's look for the key and its own entry has added it.
            if (!TryGetValue(key, out TValue? value))
            {
                OnceCall.Current = call;
                value = GetOrAdd(key, valueFactory(key, factoryArgument));
            }

            End(key, call);
            call.Succeed(value);
        }
        catch (Exception failure)
        {
            Fail(key, call, failure);
        }
        finally
        {
            OnceCall.Current = outer;
        }
    }

    private async Task RunAsync(TKey key, OnceCall<TValue> call, Func<TKey, CancellationToken, ValueTask<TValue>> valueFactory)
    {
        try
        {
            if (!TryGetValue(key, out TValue? value))
            {
                // Gone again for the caller when this method returns to it: it is asynchronous.
                OnceCall.Current = call;
                TValue made;
                try
                {
                    made = await valueFactory(key, call.Abandoned).ConfigureAwait(false);
                }
                finally
                {
                    call.EndFactory();
                }

                value = GetOrAdd(key, made);
            }

            End(key, call);
            call.Succeed(value);
        }
        catch (Exception failure)
        {
            Fail(key, call, failure);
        }
    }

    /// <summary>Those who wait are told last: who is told of a failure and asks again finds the way free.</summary>
    private void Fail(TKey key, OnceCall<TValue> call, Exception failure)
    {
        try
        {
            End(key, call);
        }
        finally
        {
            call.Fail(failure);
        }
    }

    private OnceCall<TValue> CallOf(TKey key, OnceCall<TValue> own) =>
        HasOwnEquality ? Calls.GetOrAdd(new OwnEqualityProbe<TKey>(key), own) : Calls.GetOrAdd(Probe(key), own);

    private void End(TKey key, OnceCall<TValue> call)
    {
        if (HasOwnEquality) Calls.TryRemove(new OwnEqualityProbe<TKey>(key), call);
        else Calls.TryRemove(Probe(key), call);
    }
}

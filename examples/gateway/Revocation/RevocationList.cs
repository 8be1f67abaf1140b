using FastCore.Collections;
using FastCore.Memory;

namespace FastCore.Gateway.Revocation;

/// <summary>
/// The revoked tokens: an exact set, and before it a filter in native memory that spares nearly every request the look into it.
/// </summary>
/// <remarks>
/// <para><b>Threads.</b> Looks on the reactors given, without a lock; changes on any thread, one after the other.</para>
/// <para><b>Order.</b> Who is revoked enters the set first and the filter then: a filter that says "perhaps" finds it there.
/// <see cref="Revoke"/> returns when every later look sees it.</para>
/// <para><b>Forgetting.</b> Entries go when their token has expired, which refuses it anyway. Bits can't be taken out of a filter, so
/// it is made anew when many have gone or it has become too full: a larger or cleaner one is filled from the set, shown, and the
/// old one's memory given back when each reactor has ended the work it was in (<paramref name="afterReaders"/>). Only
/// then: a look into memory that is somebody else's could miss a revoked token.</para>
/// </remarks>
/// <param name="capacity">Entries that are expected at a time.</param>
/// <param name="time">Says what has expired.</param>
/// <param name="afterReaders">Runs an action when every look that has begun has ended.</param>
/// <param name="heap">Where the filter lies; the shared heap if null.</param>
internal sealed class RevocationList(int capacity, TimeProvider time, Action<Action> afterReaders, NativeHeap? heap = null) : IDisposable
{
    private readonly ConcurrentMap<string, long> _expiries = new();
    private readonly Lock _gate = new();
    private BloomFilter _filter = new(capacity, heap);
    private int _added;
    private bool _isDisposed;
    private long _falsePositives;

    /// <summary>Tokens that are revoked and have not been forgotten.</summary>
    public int Count => _expiries.Count;

    /// <summary>Bytes of native memory of the filter.</summary>
    public long FilterSize => Volatile.Read(ref _filter).Size;

    /// <summary>Looks that the filter sent to the set for nothing.</summary>
    public long FalsePositives => Volatile.Read(ref _falsePositives);

    /// <summary>How often the filter was made anew.</summary>
    public long Rebuilds { get; private set; }

    /// <summary>Whether a token has been revoked. On a reactor, within one callback.</summary>
    public bool Contains(in TokenId id)
    {
        if (!Volatile.Read(ref _filter).MayContain(id.Hash)) return false;
        if (_expiries.ContainsKey(id.Text)) return true;
        Interlocked.Increment(ref _falsePositives);
        return false;
    }

    /// <summary>Revokes a token until it expires.</summary>
    /// <param name="id">Its identity.</param>
    /// <param name="expires">When it expires, in seconds since 1970; what is revoked twice is kept for as long as the longer one.</param>
    /// <returns>False if it has expired.</returns>
    public bool Revoke(in TokenId id, long expires)
    {
        if (expires <= Now) return false;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_expiries.TryGetValue(id.Text, out var known))
            {
                if (expires > known) _expiries[id.Text] = expires;
                return true;
            }
            _expiries[id.Text] = expires;
            _filter.Add(id.Hash);
            if (++_added > _filter.Capacity) Rebuild();
        }
        return true;
    }

    /// <summary>Forgets those that have expired. Call it from time to time.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            var now = Now;
            var gone = 0;
            foreach (var (id, expires) in _expiries)
            {
                if (expires <= now && _expiries.TryRemove(id, out _)) gone++;
            }
            if (gone > 0 && (_added - _expiries.Count) * 2 > _filter.Capacity) Rebuild();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _filter.Dispose();
        }
    }

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    private void Rebuild()
    {
        var old = _filter;
        var filter = new BloomFilter(Math.Max(capacity, _expiries.Count * 2), heap);
        foreach (var (id, _) in _expiries) filter.Add(TokenId.Of(id).Hash);
        _added = _expiries.Count;
        // A full fence, so that the promise of Revoke holds of this one too.
        Interlocked.Exchange(ref _filter, filter);
        Rebuilds++;
        afterReaders(old.Dispose);
    }
}

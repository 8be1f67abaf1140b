using FastCore.Collections;

namespace FastCore.Net.Http.Caching;

/// <summary>
/// Keeps whole answers by what was asked for, so that a hot one is made once and then sent as a <see cref="PreparedResponse"/>
/// is: without a handler's work or an allocation. <c>server.MapAsync(HttpMethod.Get, "/news/{id}", cache.RespondAsync)</c>.
/// </summary>
/// <remarks>
/// <para><b>What an answer may depend on.</b> Its target alone, the path and, if asked for, the query; who makes it is told nothing
/// else. So no client can have an answer kept that was made for his own fields, and nobody gets what was made for another.</para>
/// <para><b>One at a time.</b> However many ask for the same, it is made once; the others wait, each as long as its client stays.
/// A making goes on when its clients have gone, until <see cref="HttpResponseCacheOptions.MakeTimeout"/>.</para>
/// <para><b>What is kept.</b> Answers with a status below 400. Others, and failures, reach those who waited, and the next request tries again.</para>
/// <para>Thread-safe; one cache may serve several servers and paths.</para>
/// </remarks>
public sealed class HttpResponseCache
{
    /// <summary>How many are looked at to find one that was not asked for lately.</summary>
    private const int EvictionSample = 8;

    private readonly Func<string, CancellationToken, ValueTask<PreparedResponse>> _make;
    private readonly HttpResponseCacheOptions _options;
    private readonly TimeProvider _time;
    private readonly long _step;
    private readonly ConcurrentMap<string, CachedAnswer> _answers = new(new RequestTargetComparer());
    private readonly ConcurrentMap<string, CachedAnswer>.AlternateLookup<RequestTargetKey> _byRequest;

    /// <summary>Guards what is kept, and the counts.</summary>
    private readonly Lock _gate = new();
    private readonly List<CachedAnswer> _kept = [];
    private long _bytes;
    private int _makings;
    private long _made;
    private long _failed;
    private long _evicted;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="make">
    /// Makes the answer for a target: the path as it was sent, with the query behind a question mark if that is included. It begins
    /// on the reactor of the first who asks, so what takes long must not be done before the first await. It may run for several targets at a time.
    /// </param>
    /// <param name="options">How long and how many; null: as their documentation says.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public HttpResponseCache(Func<string, CancellationToken, ValueTask<PreparedResponse>> make, HttpResponseCacheOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(make);
        _options = options ?? new HttpResponseCacheOptions();
        _options.Validate();
        _make = make;
        _time = time ?? TimeProvider.System;
        _step = Math.Max(1, _time.TimestampFrequency / 4);
        _byRequest = _answers.GetAlternateLookup<RequestTargetKey>();
    }

    /// <summary>What it holds and has done.</summary>
    public HttpResponseCacheStatistics Statistics
    {
        get
        {
            lock (_gate) return new HttpResponseCacheStatistics(_kept.Count, _bytes, _made, _failed, _evicted);
        }
    }

    /// <summary>Answers a request from the cache, or with what is made now: a handler for <see cref="HttpServer.MapAsync"/>.</summary>
    /// <returns>Completed at once where the answer is there.</returns>
    /// <exception cref="OperationCanceledException">The client went away, or the making took too long.</exception>
    public ValueTask RespondAsync(HttpContext context)
    {
        var key = new RequestTargetKey(context.Path, _options.IncludesQuery ? context.Query : default);
        var now = _time.GetTimestamp();
        if (_byRequest.TryGetValue(key, out var answer) && answer.Current is { } current && _time.GetElapsedTime(current.At, now) < _options.Lifetime)
        {
            answer.Used(now, _step);
            context.Respond(current.Response);
            return ValueTask.CompletedTask;
        }

        return MakeAndRespondAsync(context, answer ?? Find(key.ToString()));
    }

    /// <summary>Forgets the answer for a target. What is being made for it now still reaches those who wait and is not kept.</summary>
    /// <param name="target">As the cache's maker gets it.</param>
    /// <returns>Whether there was one, or one was being made.</returns>
    public bool Remove(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        lock (_gate)
        {
            if (!_answers.TryGetValue(target, out var answer)) return false;
            Forget(answer);
            return true;
        }
    }

    /// <summary>Forgets all answers, those that are being made too.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            foreach (var (_, answer) in _answers) Forget(answer);
        }
    }

    private ValueTask MakeAndRespondAsync(HttpContext context, CachedAnswer answer)
    {
        var making = Make(answer);
        if (making is { IsCompletedSuccessfully: true })
        {
            context.Respond(making.Result);
            return ValueTask.CompletedTask;
        }

        if (answer.Current is { } old && _time.GetElapsedTime(old.At) < _options.Lifetime + _options.StaleLifetime)
        {
            answer.Used(_time.GetTimestamp(), _step);
            context.Respond(old.Response);
            return ValueTask.CompletedTask;
        }

        if (making == null)
        {
            context.AddHeader("Retry-After"u8, "1"u8);
            context.Respond(503);
            return ValueTask.CompletedTask;
        }

        return Wait(context, making);

        // Goes on on the reactor of the request, as all that touches a context must.
        static async ValueTask Wait(HttpContext context, Task<PreparedResponse> making) => context.Respond(await making.WaitAsync(context.Aborted));
    }

    /// <summary>Finds a target's answer, or puts an empty one in its place.</summary>
    private CachedAnswer Find(string target)
    {
        while (true)
        {
            var answer = _answers.GetOrAdd(target, static target => new CachedAnswer(target));
            // Between a forgetting and the removal there is no time in which it could be found: both are done under the gate.
            lock (_gate)
            {
                if (!answer.IsForgotten) return answer;
            }
        }
    }

    /// <summary>The making of an answer: the one that goes on, or a new one; null where too many go on.</summary>
    private Task<PreparedResponse>? Make(CachedAnswer answer)
    {
        TaskCompletionSource<PreparedResponse> source;
        lock (answer)
        {
            if (answer.Making is { } running) return running;
            // One may have come to its end since the caller looked.
            if (answer.Current is { } current && _time.GetElapsedTime(current.At) < _options.Lifetime) return Task.FromResult(current.Response);
            if (Interlocked.Increment(ref _makings) > _options.MaxMakings)
            {
                Interlocked.Decrement(ref _makings);
                ForgetUnmade(answer);
                return null;
            }

            // Who waits goes on where it belongs, not in here.
            source = new TaskCompletionSource<PreparedResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
            answer.Making = source.Task;
        }

        _ = MakeAsync(answer, source);
        return source.Task;
    }

    private async Task MakeAsync(CachedAnswer answer, TaskCompletionSource<PreparedResponse> source)
    {
        using var limit = new CancellationTokenSource(_options.MakeTimeout, _time);
        try
        {
            // Who makes it may not heed its token; those who wait must not wait for ever.
            var response = await _make(answer.Target, limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"What makes the answers gave none for {answer.Target}.");
            Keep(answer, response);
            End(answer);
            source.SetResult(response);
        }
        catch (Exception thrown)
        {
            var failure = thrown is OperationCanceledException && limit.IsCancellationRequested
                ? new TimeoutException($"The answer for {answer.Target} was not made within {_options.MakeTimeout}.", thrown)
                : thrown;
            var isStillGiven = IsGivenAfterFailure(answer);
            End(answer);
            source.SetException(failure);
            // Nobody need wait for it while the old answer is given; then OnError hears of it.
            _ = source.Task.Exception;
            if (isStillGiven) _options.OnError?.Invoke(failure, answer.Target);
        }
    }

    private void End(CachedAnswer answer)
    {
        lock (answer) answer.Making = null;
        Interlocked.Decrement(ref _makings);
    }

    /// <summary>What was put into the map to be made and is not must not stay there.</summary>
    private void ForgetUnmade(CachedAnswer answer)
    {
        lock (_gate)
        {
            if (answer.Current == null) Forget(answer);
        }
    }

    private void Keep(CachedAnswer answer, PreparedResponse response)
    {
        lock (_gate)
        {
            _made++;
            if (answer.IsForgotten) return;
            if (response.Status >= 400 || response.Body.Length > _options.MaxBytes)
            {
                // What there was goes, too: this is the answer now.
                Forget(answer);
                return;
            }

            var now = _time.GetTimestamp();
            if (answer.Slot < 0)
            {
                if (_kept.Count == _options.MaxEntries) Evict(except: answer);
                answer.Slot = _kept.Count;
                _kept.Add(answer);
            }

            _bytes += response.Body.Length - answer.Length;
            answer.Length = response.Body.Length;
            answer.Used(now, 0);
            answer.Current = new CachedAnswer.Made(response, now);
            while (_bytes > _options.MaxBytes) Evict(except: answer);
        }
    }

    /// <summary>Counts a failure, and forgets the target unless there is an answer for it from before.</summary>
    private bool IsGivenAfterFailure(CachedAnswer answer)
    {
        lock (_gate)
        {
            _failed++;
            if (answer.Current == null) Forget(answer);
            return !answer.IsForgotten;
        }
    }

    /// <summary>Lets one of the kept go: of a few drawn at random, the one that was asked for least lately. Under the gate.</summary>
    private void Evict(CachedAnswer except)
    {
        CachedAnswer? victim = null;
        var start = Random.Shared.Next(_kept.Count);
        // Where there are not many, all are looked at, so that one is found.
        var stride = Math.Max(1, _kept.Count / EvictionSample);
        for (var i = 0; i < _kept.Count; i += stride)
        {
            var candidate = _kept[(start + i) % _kept.Count];
            if (candidate != except && (victim == null || candidate.LastUse < victim.LastUse)) victim = candidate;
        }

        Forget(victim!);
        _evicted++;
    }

    /// <summary>Takes an answer out. Under the gate.</summary>
    private void Forget(CachedAnswer answer)
    {
        if (answer.IsForgotten) return;
        answer.IsForgotten = true;
        _answers.TryRemove(new KeyValuePair<string, CachedAnswer>(answer.Target, answer));
        if (answer.Slot < 0) return;
        var last = _kept[^1];
        _kept[answer.Slot] = last;
        last.Slot = answer.Slot;
        _kept.RemoveAt(_kept.Count - 1);
        answer.Slot = -1;
        _bytes -= answer.Length;
        answer.Length = 0;
    }
}

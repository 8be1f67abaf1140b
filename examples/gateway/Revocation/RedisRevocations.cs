using System.Globalization;
using FastCore.Gateway.Configuration;
using StackExchange.Redis;

namespace FastCore.Gateway.Revocation;

/// <summary>
/// Revocations shared through Redis: a sorted set of identities by when their tokens expire, and a channel on which each new one is told.
/// </summary>
/// <remarks>
/// <b>Nothing is missed.</b> A gateway listens first and reads the whole set then; what is revoked in between comes twice. Who revokes
/// adds to the set before it is told. When the connection has been lost and found again, the set is read again.
/// </remarks>
internal sealed class RedisRevocations : IRevocationSource
{
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ended = new();
    private readonly ConnectionMultiplexer _redis;
    private readonly RedisKey _key;
    private readonly RedisChannel _channel;
    private readonly RevocationList _list;
    private readonly TimeProvider _time;
    private readonly Action<Exception, string> _onError;

    private RedisRevocations(ConnectionMultiplexer redis, string key, RevocationList list, TimeProvider time, Action<Exception, string> onError)
    {
        _redis = redis;
        _key = key;
        _channel = RedisChannel.Literal(key);
        _list = list;
        _time = time;
        _onError = onError;
    }

    public bool IsConnected => _redis.IsConnected;

    /// <summary>Connects, and fills <paramref name="list"/> with what is revoked.</summary>
    /// <exception cref="ConfigurationException">It can't be reached, or what it answers is no sorted set.</exception>
    public static async Task<RedisRevocations> ConnectAsync(RedisSettings settings, RevocationList list, TimeProvider time, Action<Exception, string> onError)
    {
        ConnectionMultiplexer? redis = null;
        try
        {
            redis = await ConnectionMultiplexer.ConnectAsync(settings.Connection);
            var source = new RedisRevocations(redis, settings.Key, list, time, onError);
            await redis.GetSubscriber().SubscribeAsync(source._channel, (_, message) => source.Hear(message));
            await source.ReadAllAsync();
            redis.ConnectionRestored += (_, _) => _ = source.ReadAgainAsync();
            return source;
        }
        catch (Exception refused) when (refused is RedisException or TimeoutException or ArgumentException or FormatException)
        {
            if (redis != null) await redis.DisposeAsync();
            throw new ConfigurationException($"revocation.redis can't be used: {refused.Message}", refused);
        }
    }

    public async Task PublishAsync(string id, long expires)
    {
        var database = _redis.GetDatabase();
        // Kept for as long as the longest that was said; those that have expired go with the next one.
        await database.SortedSetAddAsync(_key, id, expires, SortedSetWhen.GreaterThan);
        await database.SortedSetRemoveRangeByScoreAsync(_key, double.NegativeInfinity, _time.GetUtcNow().ToUnixTimeSeconds());
        await database.PublishAsync(_channel, $"{expires.ToString(CultureInfo.InvariantCulture)} {id}");
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _redis.DisposeAsync();
    }

    private void Hear(RedisValue message)
    {
        var text = (string?)message ?? "";
        var blank = text.IndexOf(' ');
        if (blank > 0 && blank < text.Length - 1 && long.TryParse(text.AsSpan(0, blank), NumberStyles.None, CultureInfo.InvariantCulture, out var expires))
            _list.Revoke(TokenId.Of(text[(blank + 1)..]), expires);
        else
            _onError(new FormatException($"'{text}' is not 'SECONDS ID'."), "A revocation that was told by Redis is not understood.");
    }

    private async Task ReadAllAsync()
    {
        foreach (var entry in await _redis.GetDatabase().SortedSetRangeByScoreWithScoresAsync(_key, _time.GetUtcNow().ToUnixTimeSeconds()))
            _list.Revoke(TokenId.Of(entry.Element.ToString()), (long)entry.Score);
    }

    private async Task ReadAgainAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                await ReadAllAsync();
                return;
            }
            catch (Exception failure) when (failure is RedisException or TimeoutException or ObjectDisposedException)
            {
                // It went with the connection, or with this gateway's end.
                if (_ended.IsCancellationRequested) return;
                _onError(failure, "The revoked tokens could not be read from Redis; it is tried again in a second.");
            }
            await Task.Delay(TryAgainAfter, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

namespace FastCore.Net.Transport;

/// <summary>Connections whose receive ended because there was no buffer, to be armed when there are some, in the order of their fairness.</summary>
/// <remarks>
/// The kernel serves a turn's submissions one after the other, and the first ones until no buffer is left. So those who
/// went away empty come before those who got some, and among either who came first is first; any other order would leave
/// some without data for as long as the others have more of it than there are buffers.
/// </remarks>
internal struct StarvedQueue
{
    private Connection? _firstEmpty;
    private Connection? _lastEmpty;
    private Connection? _firstFed;
    private Connection? _lastFed;

    public readonly bool IsEmpty => _firstEmpty == null && _firstFed == null;

    public void Add(Connection connection)
    {
        if (connection._isFed) Append(ref _firstFed, ref _lastFed, connection);
        else Append(ref _firstEmpty, ref _lastEmpty, connection);
    }

    /// <summary>Takes all of them; each has the next one in <see cref="Connection._nextStarved"/>.</summary>
    public Connection TakeAll()
    {
        if (_lastEmpty != null) _lastEmpty._nextStarved = _firstFed;
        var first = _firstEmpty ?? _firstFed;
        this = default;
        return first!;
    }

    private static void Append(ref Connection? first, ref Connection? last, Connection connection)
    {
        if (last == null) first = connection;
        else last._nextStarved = connection;
        last = connection;
    }
}

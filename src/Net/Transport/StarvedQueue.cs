namespace FastCore.Net.Transport;

/// <summary>Connections whose receive ended because there was no buffer, to be armed when there are some, in the order of their fairness.</summary>
/// <remarks>
/// The kernel serves a turn's submissions one after the other, and the first ones until no buffer is left. So those who
/// went away empty come before those who got some, and among either who came first is first; any other order would leave
/// some without data for as long as the others have more of it than there are buffers.
/// </remarks>
internal sealed class StarvedQueue
{
    private List<Connection> _empty = [];
    private List<Connection> _taken = [];
    private readonly List<Connection> _fed = [];

    public bool IsEmpty => _empty.Count == 0 && _fed.Count == 0;

    public void Add(Connection connection) => (connection._isFed ? _fed : _empty).Add(connection);

    /// <summary>Takes all of them, in their order. Who has gone through them clears the list.</summary>
    public List<Connection> TakeAll()
    {
        (_empty, _taken) = (_taken, _empty);
        _taken.AddRange(_fed);
        _fed.Clear();
        return _taken;
    }
}

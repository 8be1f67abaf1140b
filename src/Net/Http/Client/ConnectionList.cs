using System.Diagnostics;

namespace FastCore.Net.Http.Client;

/// <summary>Connections of one host, linked through themselves, the last added first. A connection stands in one list at a time.</summary>
internal struct ConnectionList
{
    public HttpClientConnection? First { get; private set; }

    public int Count { get; private set; }

    public void AddFirst(HttpClientConnection connection)
    {
        Debug.Assert(connection is { NextListed: null, PreviousListed: null } && First != connection, "It stands in no other list.");
        connection.NextListed = First;
        if (First != null) First.PreviousListed = connection;
        First = connection;
        Count++;
    }

    public void Remove(HttpClientConnection connection)
    {
        if (connection.PreviousListed != null) connection.PreviousListed.NextListed = connection.NextListed;
        else First = connection.NextListed;
        if (connection.NextListed != null) connection.NextListed.PreviousListed = connection.PreviousListed;
        connection.NextListed = connection.PreviousListed = null;
        Count--;
    }
}

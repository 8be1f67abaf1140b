using System.Net;

namespace FastCore.Net.Http.Server;

/// <summary>What a server knows of a connection's client beyond the socket; made for the connections that need it, which are few or are logged.</summary>
internal sealed class ConnectionClient
{
    /// <summary>Who it is, if a proxy has told or addresses are counted: then it is whom it is counted under. Null: the peer.</summary>
    public IPEndPoint? EndPoint { get; init; }

    /// <summary>Its address as text, once somebody has asked.</summary>
    public byte[]? AddressText { get; set; }

    /// <summary>It is counted among the connections from its address.</summary>
    public bool IsCounted { get; set; }
}

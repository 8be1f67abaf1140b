namespace FastCore.Net.Transport;

/// <summary>The transport that was asked for can't run on this machine; the message says what refused it and what to do.</summary>
public sealed class TransportUnavailableException : Exception
{
    /// <summary>Makes one.</summary>
    public TransportUnavailableException(string message) : base(message) { }

    /// <summary>Makes one with its cause.</summary>
    public TransportUnavailableException(string message, Exception innerException) : base(message, innerException) { }
}

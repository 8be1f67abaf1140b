namespace FastCore.Net.Transport;

/// <summary>Gets back an array that was given away to be sent.</summary>
internal interface ISendOwner
{
    /// <summary>The kernel does not look at it any more. On the reactor's thread, once for each array that was given away.</summary>
    void Return(byte[] array);
}

namespace FastCore.Net.Hosting;

/// <summary>The bytes of a hand-over. The old process sends its sockets and <see cref="End"/>, the new one <see cref="Serving"/>, and the old one <see cref="Gone"/>; whoever ends in between is taken to have changed its mind.</summary>
internal static class HandOverMark
{
    /// <summary>A socket is beside it.</summary>
    public const byte Socket = (byte)'s';

    /// <summary>The same, and the file at its path goes with it.</summary>
    public const byte SocketWithFile = (byte)'f';

    public const byte End = (byte)'e';
    public const byte Serving = (byte)'r';
    public const byte Gone = (byte)'g';
}

using System.Net;
using System.Net.Sockets;

namespace FastCore.Net.Transport;

/// <summary>
/// What a reactor asks of the kernel: submit, wait, take completions. One contract for io_uring, epoll, portable
/// sockets and the simulated engine of the tests.
/// </summary>
/// <remarks>
/// <para>All members but <see cref="Wake"/> are called on the reactor's thread only. A handle is what the engine names a
/// socket by: a descriptor, or an index into a table of its own. Errors are negative errno values; nothing throws after
/// construction.</para>
/// <para>Every submission ends in exactly one completion with <see cref="Completion.More"/> false, with the tag it was
/// submitted with: also after <see cref="CancelAll"/>, also when the socket is gone. Memory given to a send stays the
/// kernel's until then. A handle is closed only when none of its submissions is in flight.</para>
/// </remarks>
internal unsafe interface IEngine : IDisposable
{
    /// <summary>What <see cref="Send"/> and <see cref="SendVector"/> return when the result comes as a completion.</summary>
    const int Pending = int.MinValue;

    TransportKind Kind { get; }

    /// <summary>Milliseconds of a clock that never goes back.</summary>
    long Milliseconds { get; }

    /// <summary>Opens a listening socket. With <paramref name="sharePort"/> other reactors can listen on the same port.</summary>
    int OpenListener(IPEndPoint endPoint, int backlog, bool sharePort, out IPEndPoint bound);

    /// <summary>Names a socket that listens already and stays its owner's, who closes it after this handle. Other reactors, and processes, may accept on it too.</summary>
    int AdoptListener(Socket socket);

    /// <summary>Opens a socket to connect with.</summary>
    int OpenSocket(EndPoint remote);

    /// <summary>Accepts until it fails or is cancelled: a completion for each connection, its handle as the result.</summary>
    void Accept(ulong tag, int listener);

    void Connect(ulong tag, int handle, EndPoint remote);

    /// <summary>Receives until the peer's end (result 0), an error or <see cref="CancelReceive"/>; data is in the completion until <see cref="Recycle"/>.</summary>
    void Receive(ulong tag, int handle);

    /// <summary>Asks for the receive to end early, with ECANCELED or with whatever overtook it.</summary>
    void CancelReceive(ulong tag, int handle);

    /// <summary>Sends; returns bytes sent, a negative errno, or <see cref="Pending"/>. EAGAIN as a completion's result means: submit again.</summary>
    int Send(ulong tag, int handle, byte* data, int length);

    /// <summary>The same for several ranges; <paramref name="message"/> and what it points to stay untouched until the completion.</summary>
    int SendVector(ulong tag, int handle, Native.MessageHeader* message);

    /// <summary>Whether <see cref="SendFile"/> can be called.</summary>
    bool SendsFiles { get; }

    /// <summary>
    /// Sends what <paramref name="head"/> names, if it is not null, and behind it a part of an open file, whose bytes do not pass
    /// through this process. Returns as <see cref="Send"/> does, the bytes of both counted; zero if the file is not as long. The
    /// file is not looked at when it has returned: what is pending is the room for it.
    /// </summary>
    int SendFile(ulong tag, int handle, Native.MessageHeader* head, int file, long offset, int length);

    /// <summary>Ends everything in flight on the handle; each submission still completes on its own.</summary>
    void CancelAll(int handle);

    /// <summary>Tells the peer that no more comes.</summary>
    void ShutdownSend(int handle);

    /// <summary>Frees the handle. With <paramref name="reset"/> the peer sees a reset instead of an orderly end.</summary>
    void Close(int handle, bool reset);

    /// <summary>The peer's address; null if it has gone, or has none, as with Unix-domain sockets.</summary>
    IPEndPoint? RemoteEndPoint(int handle);

    /// <summary>Submits what is queued and waits for a completion, a wake or the time-out (negative: none). Zero only looks.</summary>
    void Wait(int timeoutMilliseconds);

    /// <summary>Takes the next completion that <see cref="Wait"/> found.</summary>
    bool TryTake(out Completion completion);

    /// <summary>Gives the completion's data back to the engine.</summary>
    void Recycle(in Completion completion);

    /// <summary>Ends the present or the next <see cref="Wait"/>. Any thread.</summary>
    void Wake();
}

using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using FastCore.Diagnostics;
using FastCore.Net.Transport;

namespace FastCore.Net.Diagnostics;

/// <summary>
/// Lets the process be looked at from outside through a Unix socket, which this user alone may open: <c>fastcore top
/// --attach PATH</c>, <c>fastcore profile</c>, <c>fastcore trace --attach PATH</c>. It has a thread of its own and never uses the thread pool, so it answers when the pool starves.
/// </summary>
/// <remarks>
/// <para>A client sends a line (<c>snapshot</c>, <c>profile …</c>, <c>trace …</c>) and gets its answer and the end. Clients are served
/// one after the other, each for a few seconds at most, and no more than a short line is read of any, so nobody who may open the
/// socket can make it hold much memory or block for long. Who asks for a trace gets a thread, of which there are a few; a recording
/// lasts no longer than its client stays.</para>
/// <para>Thread-safety: <see cref="Dispose"/> may be called by any thread, once or several times.</para>
/// </remarks>
public sealed class ControlServer : IDisposable
{
    private const int MaxRequest = 64;
    private const int Backlog = 8;
    private const int CallMilliseconds = 1000;
    private const int ClientMilliseconds = 3000;
    private const int RetryMilliseconds = 100;
    private const int MostTraces = 4;
    private const int DescriptorsOfTrace = 16;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Socket _listener;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _ending = new();

    // The thread's own.
    private readonly List<TraceClient> _traces = [];
    private int _isDisposed;

    private ControlServer(string path, Socket listener)
    {
        Path = path;
        _listener = listener;
        _thread = new Thread(Run) { IsBackground = true, Name = "control" };
        _thread.Start();
    }

    /// <summary>Where the socket is.</summary>
    public string Path { get; }

    /// <summary>Makes the socket and serves it.</summary>
    /// <param name="path">Where. A socket that a process left behind there is replaced; anything else is not.</param>
    /// <exception cref="IOException">Something else is there, or somebody listens on it.</exception>
    /// <exception cref="SocketException">The socket can't be made there.</exception>
    /// <exception cref="ArgumentException">The path is empty, or longer than the system allows (about a hundred bytes).</exception>
    public static ControlServer Start(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var endPoint = new UnixDomainSocketEndPoint(path);
        if (UnixSocketFile.Clear(path) is { } taken) throw new IOException(taken);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(endPoint);
            // Before it listens nobody can connect, so at no time can anybody else.
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, OwnerOnly);
            listener.Listen(Backlog);
        }
        catch
        {
            listener.Dispose();
            if (listener.IsBound) File.Delete(path);
            throw;
        }
        return new ControlServer(path, listener);
    }

    /// <summary>Ends the threads and removes the socket. Waits for clients that are being served; recordings end.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _ending.Set();
        _listener.Dispose();
        _thread.Join();
        _ending.Dispose();
        File.Delete(Path);
    }

    private void Run()
    {
        // What the runtime needs for a thread that waits, it makes at the first wait: now, while there are descriptors.
        _ending.Wait(1);
        while (Volatile.Read(ref _isDisposed) == 0)
        {
            if (TryAccept() is not { } client)
            {
                // This server ends, or the process has no descriptor left: then the client waits on, and so does this thread.
                _ending.Wait(RetryMilliseconds);
                continue;
            }
            if (!Serve(client)) client.Dispose();
        }
        foreach (var trace in _traces) trace.Join();
    }

    private Socket? TryAccept()
    {
        try
        {
            return _listener.Accept();
        }
        catch (Exception refused) when (refused is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <returns>Whether the client's socket is another's from here on.</returns>
    private bool Serve(Socket client)
    {
        try
        {
            client.ReceiveTimeout = client.SendTimeout = CallMilliseconds;
            var start = Stopwatch.GetTimestamp();
            if (ReadLine(client, start) is not { } line) return false;
            var request = ControlRequest.Read(line);
            ReadOnlyMemory<byte> answer;
            if (request is ControlRequest.TraceFor or ControlRequest.TraceLast)
            {
                if (WhyNotTrace() is not { } refusal)
                {
                    _traces.Add(TraceClient.Start(client, request, () => Volatile.Read(ref _isDisposed) != 0));
                    return true;
                }
                answer = Error(refusal);
            }
            else
            {
                answer = Answer(request);
            }
            while (!answer.IsEmpty && !IsLate(start)) answer = answer[client.Send(answer.Span)..];
            client.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The client went, or was too slow.
        }
        return false;
    }

    /// <summary>Why no thread can be started for one who wants a trace; null if one can.</summary>
    /// <remarks>A thread that starts needs descriptors, and the runtime ends the process when it gets none.</remarks>
    private string? WhyNotTrace()
    {
        _traces.RemoveAll(static trace => trace.HasEnded);
        if (_traces.Count == MostTraces) return $"{MostTraces} clients record already: wait for one of them.";
        var reserve = new Stack<Socket>();
        try
        {
            while (reserve.Count < DescriptorsOfTrace) reserve.Push(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
            return null;
        }
        catch (SocketException)
        {
            return "The process has too few descriptors left to record.";
        }
        finally
        {
            while (reserve.TryPop(out var one)) one.Dispose();
        }
    }

    private static ReadOnlyMemory<byte> Answer(ControlRequest? request) => request switch
    {
        ControlRequest.Snapshot => Guard(LiveSnapshot.Take),
        ControlRequest.Profile profile => Guard(() => Write(profile)),
        _ => Error(ControlRequest.Usage),
    };

    private static ReadOnlyMemory<byte> Write(ControlRequest.Profile profile)
    {
        var stream = new MemoryStream();
        if (profile.Subject == "tasks") LiveProfile.WriteTasks(stream, profile.Format, profile.OlderThan);
        else if (profile.Subject == "contention") LiveProfile.WriteContention(stream, profile.Format);
        else LiveProfile.WriteLeaks(stream, profile.Format, profile.OlderThan, profile.Collect);
        return stream.GetBuffer().AsMemory(0, (int)stream.Length);
    }

    /// <summary>The line without its end; null if the client sends too much, takes too long, or ends.</summary>
    private static byte[]? ReadLine(Socket client, long start)
    {
        var line = new byte[MaxRequest];
        var length = 0;
        while (length < line.Length && !IsLate(start))
        {
            var count = client.Receive(line.AsSpan(length));
            if (count == 0) return null;
            length += count;
            var end = line.AsSpan(0, length).IndexOf((byte)'\n');
            if (end >= 0) return line[..end];
        }
        return null;
    }

    private static ReadOnlyMemory<byte> Guard(Func<ReadOnlyMemory<byte>> answer)
    {
        try
        {
            return answer();
        }
        catch (Exception failure)
        {
            // What is looked at may be a program's own; its fault must end neither this thread nor the process.
            return Error($"It failed: {failure.Message}");
        }
    }

    private static ReadOnlyMemory<byte> Error(string message)
    {
        // It may hold half a character, which JSON can't: through UTF-8 it becomes a whole one.
        var whole = Encoding.UTF8.GetBytes(message);
        return Encoding.UTF8.GetBytes($$"""{"error":"{{System.Text.Json.JsonEncodedText.Encode(whole)}}"}""");
    }

    private static bool IsLate(long start) => Stopwatch.GetElapsedTime(start).TotalMilliseconds > ClientMilliseconds;
}

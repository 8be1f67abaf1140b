using System.Net.Sockets;
using System.Text;
using FastCore.Tracing;
using FastCore.Tracing.Exporting;

namespace FastCore.Net.Diagnostics;

/// <summary>
/// A client of the control socket that has asked for a trace. It has a thread of its own, so that others are answered while it waits;
/// and it must stay: a recording whose client is gone, or says anything more, ends at once.
/// </summary>
internal sealed class TraceClient
{
    /// <summary>How long the server waits before it looks whether it ends, or the client is gone.</summary>
    private const int LookMilliseconds = 50;

    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(60);

    private readonly Socket _client;
    private readonly ControlRequest _request;
    private readonly Func<bool> _isEnding;
    private readonly Thread _thread;

    private TraceClient(Socket client, ControlRequest request, Func<bool> isEnding)
    {
        _client = client;
        _request = request;
        _isEnding = isEnding;
        _thread = new Thread(Run) { IsBackground = true, Name = "control trace" };
    }

    public bool HasEnded => !_thread.IsAlive;

    /// <summary>Serves a client, whose socket is this one's from here on.</summary>
    /// <param name="client">The socket.</param>
    /// <param name="request">A <see cref="ControlRequest.TraceFor"/> or <see cref="ControlRequest.TraceLast"/>.</param>
    /// <param name="isEnding">Whether the server ends.</param>
    public static TraceClient Start(Socket client, ControlRequest request, Func<bool> isEnding)
    {
        var started = new TraceClient(client, request, isEnding);
        started._thread.Start();
        return started;
    }

    public void Join() => _thread.Join();

    private void Run()
    {
        using var client = _client;
        try
        {
            if (Record() is not { } snapshot) return;
            client.Send("trace\n"u8);
            var stream = new ChunkStream(client, SendLimit);
            TraceFile.Write(snapshot, stream);
            stream.Complete();
            client.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The client went, or was too slow.
        }
    }

    /// <summary>The trace; null if nobody wants it any more, or there is none, which the client has been told.</summary>
    private TraceSnapshot? Record()
    {
        if (_request is ControlRequest.TraceLast last)
        {
            if (Tracer.IsOn) return Last(last.Time);
            _client.Send(Encoding.UTF8.GetBytes("""{"error":"Nothing is recorded, so there are no last seconds. Ask for a trace of the next ones, or have the process record: fastcore serve --trace, or SIGUSR1."}"""));
            return null;
        }
        var wanted = (ControlRequest.TraceFor)_request;
        using var recording = TraceRecording.Start(new TracerOptions { EventsPerThread = wanted.Events, SpawnPlaces = wanted.Places });
        var end = Environment.TickCount64 + (long)wanted.Time.TotalMilliseconds;
        while (Environment.TickCount64 is var now && now < end)
        {
            if (_isEnding() || _client.Poll((int)Math.Min(LookMilliseconds, end - now) * 1000, SelectMode.SelectRead)) return null;
        }
        return recording.Take();
    }

    private static TraceSnapshot Last(TimeSpan time)
    {
        var snapshot = Tracer.Snapshot();
        return snapshot.Since(snapshot.End - (long)(time.TotalSeconds * System.Diagnostics.Stopwatch.Frequency));
    }
}

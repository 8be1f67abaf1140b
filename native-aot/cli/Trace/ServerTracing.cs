using System.Diagnostics;
using System.Runtime.InteropServices;
using FastCore.Net.Transport;
using FastCore.Tracing;

namespace FastCore.Cli.Trace;

/// <summary>
/// Traces a server while it runs: SIGUSR1 starts and stops recording, SIGUSR2 writes the last seconds, and so does a reactor that
/// lets work wait for longer than a limit, which is what a slow handler does to everybody else.
/// </summary>
/// <remarks>All of it happens on a thread of its own: it works while the thread pool does not, and no reactor waits for a file.</remarks>
internal sealed class ServerTracing : IDisposable
{
    private const int StartOrStop = 10;
    private const int Write = 12;
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    private readonly ServerTracingOptions _options;
    private readonly Probe[] _probes;
    private readonly FlightRecorder _recorder;
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Thread _thread;
    private PauseMeter? _meter;
    private int _written;

    // What is asked of the thread; each is set by anyone, and taken by it.
    private int _startOrStop;
    private int _write;
    private TraceSnapshot? _tripped;
    private volatile bool _isOver;

    public ServerTracing(ServerTracingOptions options, IReadOnlyList<Reactor> reactors)
    {
        _options = options;
        _recorder = new FlightRecorder(options.Kept, options.Limit ?? TimeSpan.MaxValue, snapshot =>
        {
            Volatile.Write(ref _tripped, snapshot);
            _wake.Set();
        });
        _probes = [.. reactors.Select(reactor => new Probe(reactor, _recorder))];
        if (Tracer.IsOn) _meter = new PauseMeter();
        _registrations = [On(StartOrStop, () => Interlocked.Exchange(ref _startOrStop, 1)), On(Write, () => Interlocked.Exchange(ref _write, 1))];
        _thread = new Thread(Run) { IsBackground = true, Name = "tracing" };
        _thread.UnsafeStart();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _isOver = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
        _meter?.Dispose();
    }

    private PosixSignalRegistration On(int signal, Action note) => PosixSignalRegistration.Create((PosixSignal)signal, context =>
    {
        context.Cancel = true;
        note();
        _wake.Set();
    });

    private void Run()
    {
        while (!_isOver)
        {
            _wake.WaitOne(Tracer.IsOn && _options.Limit != null ? ProbeInterval : Forever);
            if (Interlocked.Exchange(ref _startOrStop, 0) != 0) Toggle();
            if (Interlocked.Exchange(ref _write, 0) != 0) WriteOnRequest();
            if (Interlocked.Exchange(ref _tripped, null) is { } snapshot) WriteTrace(snapshot, "a reactor let work wait for longer than the limit");
            if (!Tracer.IsOn || _options.Limit == null) continue;
            foreach (var probe in _probes) probe.Send();
        }
    }

    private void Toggle()
    {
        if (Tracer.IsOn)
        {
            Tracer.Stop();
            Console.Out.WriteLine("fastcore tracing off");
            return;
        }
        _meter ??= new PauseMeter();
        Tracer.Start(TraceFiles.Options);
        Console.Out.WriteLine("fastcore tracing on");
    }

    private void WriteOnRequest()
    {
        if (Tracer.IsOn) WriteTrace(_recorder.Take(), "SIGUSR2");
        else Toggle();
    }

    private void WriteTrace(TraceSnapshot snapshot, string reason)
    {
        var folder = Path.Combine(_options.Folder, $"trace-{++_written}");
        TraceFiles.Guard(() =>
        {
            TraceFiles.WriteAll(snapshot.WithoutGaps(), folder, $"serve, {reason}");
            Console.Out.WriteLine($"fastcore trace written to {folder}: {reason}");
        });
    }

    /// <summary>Work that tells the recorder for how long it waited for its reactor; one is under way at a time.</summary>
    private sealed class Probe(Reactor reactor, FlightRecorder recorder)
    {
        private long _sent;
        private int _isUnderWay;

        public void Send()
        {
            if (Interlocked.Exchange(ref _isUnderWay, 1) != 0) return;
            _sent = Stopwatch.GetTimestamp();

            // A reactor that has stopped takes nothing more.
            reactor.TryPost(static state => ((Probe)state!).Arrive(), this);
        }

        private void Arrive()
        {
            recorder.Report(_sent, Stopwatch.GetTimestamp());
            Volatile.Write(ref _isUnderWay, 0);
        }
    }
}

namespace FastCore.Tracing;

/// <summary>
/// A recording that somebody wants for a while: the <see cref="Tracer"/> is on for as long as any is not disposed of. One that begins
/// while the tracer is on records along, with the options that it was started with.
/// </summary>
/// <remarks>
/// Every member may be called from any thread. What was recorded before is kept only if the tracer was on. A tracer that was on
/// before the first recording, or that was started anew since, is left on by the last.
/// </remarks>
public sealed class TraceRecording : IDisposable
{
    private static readonly Lock Changing = new();

    private static int _recordings;

    /// <summary>What the first of them has started; null if the tracer was on.</summary>
    private static TraceSession? _started;

    private static PauseMeter? _meter;

    private readonly long _start;

    private int _isDisposed;

    private TraceRecording(long start) => _start = start;

    /// <summary>Records from now on, collections and hiccups too.</summary>
    /// <param name="options">How, if the tracer is not on.</param>
    /// <exception cref="ArgumentOutOfRangeException">See <see cref="Tracer.Start"/>.</exception>
    public static TraceRecording Start(TracerOptions? options = null)
    {
        lock (Changing)
        {
            if (_recordings == 0)
            {
                _started = Tracer.IsOn ? null : Tracer.StartSession(options);
                _meter = _started is null ? null : new PauseMeter();
            }

            _recordings++;
            return new TraceRecording(System.Diagnostics.Stopwatch.GetTimestamp());
        }
    }

    /// <summary>What has been recorded since its start.</summary>
    public TraceSnapshot Take() => Tracer.Snapshot().Since(_start);

    /// <summary>Wants it no more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        lock (Changing)
        {
            if (--_recordings != 0) return;
            _meter?.Dispose();
            _meter = null;
            if (_started is { } started) Tracer.StopSession(started);
            _started = null;
        }
    }
}

using System.Buffers;
using System.Text.Json;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Http.Observing;

/// <summary>Writes a line for each request to a file or a stream, away from the reactors. Give it to <see cref="HttpServerOptions.Observers"/>, and dispose of it after the server.</summary>
/// <remarks>
/// A reactor formats its line into memory; a thread of the log's own writes what has come about ten times a second. When
/// the stream is slower than the requests, so that more than <see cref="MaxPending"/> bytes wait, lines are dropped and counted:
/// a full disk does not stop the server. Lines go out whole, so several processes can write one file (<see cref="Open"/>),
/// as the two of a hand-over do for a while. <b>Threads.</b> Everything may be called from any thread.
/// </remarks>
public sealed class HttpAccessLog : IHttpObserver, IDisposable
{
    /// <summary>Bytes that wait to be written, at most.</summary>
    public const int MaxPending = 8 << 20;

    private const int WriteAt = 64 * 1024;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    // Of a log that was opened by its path; null for one that was given its stream.
    private readonly string? _path;

    // The log's thread's, but for the end, which waits for it.
    private Stream _output;
    private readonly AccessLogFormat _format;
    private readonly Action<Exception>? _onError;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private readonly Utf8JsonWriter? _json;

    // Guarded by the gate: what is filled; the other is being written.
    private ArrayBufferWriter<byte> _filled = new(WriteAt);
    private ArrayBufferWriter<byte> _written = new(WriteAt);
    private long _dropped;
    private bool _isEnded;
    private bool _isToReopen;

    /// <summary>Starts it.</summary>
    /// <param name="output">Where the lines go; it is flushed after each write and disposed of with the log.</param>
    /// <param name="format">How they are written.</param>
    /// <param name="onError">Told when a write fails, on the log's thread; the lines of that write are lost and counted as dropped.</param>
    /// <param name="time">The clock of the lines; <see langword="null"/> takes the system's.</param>
    public HttpAccessLog(Stream output, AccessLogFormat format = AccessLogFormat.Combined, Action<Exception>? onError = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!Enum.IsDefined(format)) throw new ArgumentOutOfRangeException(nameof(format));
        _output = output;
        _format = format;
        _onError = onError;
        _time = time ?? TimeProvider.System;
        if (format == AccessLogFormat.Json) _json = new Utf8JsonWriter(_filled, new JsonWriterOptions { SkipValidation = true });
        _thread = new Thread(Run) { IsBackground = true, Name = "http-access-log" };
        _thread.Start();
    }

    private HttpAccessLog(string path, AccessLogFormat format, Action<Exception>? onError, TimeProvider? time)
        : this(AppendingFile.Open(path), format, onError, time) => _path = path;

    /// <summary>Starts one that adds to a file: at its end, wherever others who write to it have moved that; on Linux, that is.</summary>
    /// <param name="path">The file. It is made if it is not there.</param>
    /// <param name="format">How lines are written.</param>
    /// <param name="onError">Told when a write fails, or the file can't be opened again, on the log's thread.</param>
    /// <param name="time">The clock of the lines; <see langword="null"/> takes the system's.</param>
    /// <exception cref="ArgumentException">It is no path.</exception>
    /// <exception cref="IOException">The file can't be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, elsewhere than on Linux.</exception>
    public static HttpAccessLog Open(string path, AccessLogFormat format = AccessLogFormat.Combined, Action<Exception>? onError = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        // Whatever the present folder is when it is opened again.
        return new HttpAccessLog(Path.GetFullPath(path), format, onError, time);
    }

    /// <summary>
    /// Has the log's thread open its file again, as it must be when the one that is written has been renamed to make room for a new one.
    /// Lines of requests that end after the call, and those that wait to be written, go to the new one. If it can't be opened, the old one is written on.
    /// </summary>
    /// <exception cref="InvalidOperationException">The log was given a stream, not a path.</exception>
    public void Reopen()
    {
        if (_path == null) throw new InvalidOperationException("A log that was given its stream can't open it again; HttpAccessLog.Open takes a path.");
        lock (_gate)
        {
            if (_isEnded) return;
            _isToReopen = true;
            _wake.Set();
        }
    }

    /// <summary>Lines that were not written, since the start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <inheritdoc/>
    public bool IsEnabled => true;

    /// <inheritdoc/>
    public void OnRequest(scoped in HttpRequestRecord request)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        bool isMuch;
        lock (_gate)
        {
            if (_isEnded) return;
            if (_filled.WrittenCount >= MaxPending)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }
            if (_format == AccessLogFormat.Json) AccessLogLine.WriteJson(_filled, _json!, request, now);
            else AccessLogLine.WriteCombined(_filled, request, now);
            isMuch = _filled.WrittenCount >= WriteAt;
        }
        if (isMuch) _wake.Set();
    }

    private void Run()
    {
        while (true)
        {
            _wake.WaitOne(Interval);
            bool isEnded, isToReopen;
            lock (_gate)
            {
                (isEnded, isToReopen, _isToReopen) = (_isEnded, _isToReopen, false);
                (_filled, _written) = (_written, _filled);
            }
            // First: whoever has renamed the old one may be packing it already.
            if (isToReopen) OpenAgain();
            Write();
            if (isEnded) return;
        }
    }

    private void OpenAgain()
    {
        try
        {
            var next = AppendingFile.Open(_path!);
            _output.Dispose();
            _output = next;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _onError?.Invoke(failure);
        }
    }

    private void Write()
    {
        if (_written.WrittenCount == 0) return;
        try
        {
            _output.Write(_written.WrittenSpan);
            _output.Flush();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _onError?.Invoke(failure);
            Interlocked.Add(ref _dropped, _written.WrittenSpan.Count((byte)'\n'));
        }
        // One that has grown under a burst is not kept.
        if (_written.Capacity > 16 * WriteAt) _written = new ArrayBufferWriter<byte>(WriteAt);
        else _written.ResetWrittenCount();
    }

    /// <summary>Writes what waits, and ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isEnded) return;
            _isEnded = true;
        }
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
        _json?.Dispose();
        _output.Dispose();
    }
}

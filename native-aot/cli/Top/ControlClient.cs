using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace FastCore.Cli.Top;

/// <summary>Asks a process what it does. A connection an answer.</summary>
/// <remarks>What comes is not trusted: every length is checked, and an answer that is cut off is told from one that is whole.</remarks>
internal sealed class ControlClient(string path)
{
    private const int LimitMilliseconds = 10_000;

    // A process with many threads tells a few hundred bytes of each.
    private const int MaxAnswer = 64 << 20;

    private const int MaxChunk = 1 << 20;
    private const long MaxTrace = 1L << 30;

    private static ReadOnlySpan<byte> TraceComes => "trace\n"u8;

    /// <summary>An answer as it came.</summary>
    /// <param name="request">What is asked for.</param>
    /// <exception cref="SocketException">Nobody listens there, or nobody answers in time.</exception>
    /// <exception cref="InvalidDataException">The process refuses, or the answer is too long.</exception>
    public byte[] Ask(string request = "snapshot")
    {
        using var socket = Connect(LimitMilliseconds);
        socket.Send(Encoding.ASCII.GetBytes($"{request}\n"));
        return ReadAnswer(socket, []);
    }

    /// <summary>Asks for a trace, and copies it as it comes.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="wait">How long the process records before it answers.</param>
    /// <param name="file">Where the trace goes.</param>
    /// <param name="cancellationToken">Ends the wait; the process then ends the recording.</param>
    /// <exception cref="SocketException">Nobody listens there, or nobody answers in time.</exception>
    /// <exception cref="InvalidDataException">The process refuses, or the trace is cut off or too long.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public void Trace(string request, TimeSpan wait, Stream file, CancellationToken cancellationToken)
    {
        using var socket = Connect((int)wait.TotalMilliseconds + LimitMilliseconds);
        using var closing = cancellationToken.Register(static socket => ((Socket)socket!).Dispose(), socket);
        try
        {
            socket.Send(Encoding.ASCII.GetBytes($"{request}\n"));
            var head = new byte[TraceComes.Length];
            var length = ReadUpTo(socket, head);
            if (!head.AsSpan(0, length).SequenceEqual(TraceComes)) throw NoTrace(ReadAnswer(socket, head.AsSpan(0, length)));
            CopyChunks(socket, file);
        }
        catch (Exception closed) when (cancellationToken.IsCancellationRequested && closed is SocketException or ObjectDisposedException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>What a snapshot says.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public ProcessSnapshot Read(byte[] answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, SnapshotJson.Default.ProcessSnapshot)!;
        }
        catch (JsonException refused)
        {
            throw new InvalidDataException($"{path} does not answer as a FastCore process: {StartOf(answer)}", refused);
        }
    }

    /// <summary>What went wrong, and what can be done, in a sentence.</summary>
    public static string Explain(Exception refused) => refused is SocketException socket
        ? socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "nobody listens on that socket: the process has ended, or was not given --control.",
            SocketError.AddressNotAvailable => "there is no such socket. Give the path that the process was given with --control.",
            SocketError.AccessDenied => "this user may not open that socket: only the one who runs the process may.",
            _ => $"the socket can't be used: {socket.Message}.",
        }
        : refused.Message;

    /// <summary>The milliseconds of a request.</summary>
    public static string Milliseconds(TimeSpan time) => Math.Max(1, Math.Round(time.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);

    private Socket Connect(int receiveMilliseconds)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = receiveMilliseconds, SendTimeout = LimitMilliseconds };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <param name="socket">Where it comes from.</param>
    /// <param name="start">What has come of it.</param>
    private byte[] ReadAnswer(Socket socket, ReadOnlySpan<byte> start)
    {
        var answer = new MemoryStream();
        answer.Write(start);
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = socket.Receive(buffer)) > 0)
        {
            answer.Write(buffer, 0, count);
            if (answer.Length > MaxAnswer) throw new InvalidDataException($"{path} answers with more than {MaxAnswer} bytes; it is no FastCore process.");
        }
        var all = answer.ToArray();
        return RefusalIn(all) is { } refusal ? throw new InvalidDataException(refusal) : all;
    }

    private void CopyChunks(Socket socket, Stream file)
    {
        socket.ReceiveTimeout = LimitMilliseconds;
        var prefix = new byte[sizeof(int)];
        var chunk = new byte[MaxChunk];
        for (long total = 0; ;)
        {
            ReadAll(socket, prefix);
            var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
            if (length == 0) return;
            if (length is < 0 or > MaxChunk || (total += length) > MaxTrace) throw new InvalidDataException($"{path} does not answer as a FastCore process: a part of the trace of {length} bytes.");
            ReadAll(socket, chunk.AsSpan(0, length));
            file.Write(chunk, 0, length);
        }
    }

    private void ReadAll(Socket socket, Span<byte> bytes)
    {
        if (ReadUpTo(socket, bytes) != bytes.Length) throw new InvalidDataException($"The trace was cut off: {path} ended in the middle of it.");
    }

    private static int ReadUpTo(Socket socket, Span<byte> bytes)
    {
        var length = 0;
        int count;
        while (length < bytes.Length && (count = socket.Receive(bytes[length..])) > 0) length += count;
        return length;
    }

    private InvalidDataException NoTrace(byte[] answer) => new(answer.Length == 0
        ? $"{path} ended before it answered."
        : $"{path} does not answer as a FastCore process: {StartOf(answer)}");

    /// <summary>Why the process refuses; null if it does not.</summary>
    private static string? RefusalIn(byte[] answer)
    {
        if (!answer.AsSpan().StartsWith("{\"error\":"u8)) return null;
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String ? $"the process answers: {error.GetString()}" : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string StartOf(byte[] answer) => Encoding.UTF8.GetString(answer, 0, Math.Min(answer.Length, 200)).Trim();
}

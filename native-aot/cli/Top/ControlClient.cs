using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace FastCore.Cli.Top;

/// <summary>Asks a process what it does. A connection an answer.</summary>
internal sealed class ControlClient(string path)
{
    private const int LimitMilliseconds = 10_000;

    // A process with many threads tells a few hundred bytes of each.
    private const int MaxAnswer = 64 << 20;

    /// <summary>A snapshot as it came: a line of JSON.</summary>
    /// <exception cref="SocketException">Nobody listens there, or nobody answers in time.</exception>
    /// <exception cref="InvalidDataException">The answer is no snapshot.</exception>
    public byte[] Ask()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = LimitMilliseconds, SendTimeout = LimitMilliseconds };
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send("snapshot\n"u8);
        var answer = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = socket.Receive(buffer)) > 0)
        {
            answer.Write(buffer, 0, count);
            if (answer.Length > MaxAnswer) throw new InvalidDataException($"{path} answers with more than {MaxAnswer} bytes; it is no FastCore process.");
        }
        return answer.ToArray();
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
            var start = Encoding.UTF8.GetString(answer, 0, Math.Min(answer.Length, 200)).Trim();
            throw new InvalidDataException($"{path} does not answer as a FastCore process: {start}", refused);
        }
    }
}

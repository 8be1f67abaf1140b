using System.Runtime.CompilerServices;
using FastCore.Net.Http;
using FastCore.Perf.Collector;
using FastCore.Tracing;

namespace FastCore.Perf.Demo;

/// <summary>
/// Handlers that give the garbage collector work, and say what it has done: <c>/allocate</c>, <c>/gc</c>, <c>/gc/restart</c>.
/// </summary>
/// <remarks>
/// A request allocates a record of 8 KiB, as small objects in a list. Of eight records one is kept in place of the oldest of those
/// kept before, so 40 MiB are alive: a cache. Each request also reads one that is kept, and answers 500 if it is not as it was
/// written.
/// </remarks>
internal sealed class AllocatingApplication
{
    private const int NodesPerRecord = 64;

    private const int KeptRecords = 5120;

    private const int RecordsPerKept = 8;

    private static readonly PreparedResponse Answer = PreparedResponse.Create(200, AnswerBody.ToArray(), "text/plain");

    private readonly Node[] _kept = new Node[KeptRecords];

    private readonly PauseMeter _meter;

    private long _requests;

    private AllocatingApplication(PauseMeter meter)
    {
        _meter = meter;
        for (long i = 0; i < KeptRecords; i++) _kept[i] = Write(i);
    }

    /// <summary>What <c>/allocate</c> answers.</summary>
    internal static ReadOnlySpan<byte> AnswerBody => "8 KiB allocated\n"u8;

    /// <summary>Maps the paths; <paramref name="meter"/> must run as long as the server.</summary>
    internal static void Map(HttpServer server, PauseMeter meter)
    {
        var application = new AllocatingApplication(meter);
        server.Map(HttpMethod.Get, "/allocate", application.Allocate);
        server.Map(HttpMethod.Get, "/gc", application.TellCollections);
        server.Map(HttpMethod.Get, "/gc/restart", application.Restart);
    }

    private static Node Write(long number)
    {
        Node? next = null;
        for (int i = 0; i < NodesPerRecord; i++)
        {
            var node = new Node { Next = next };
            ((Span<long>)node.Values).Fill(number);
            next = node;
        }

        return next!;
    }

    private static bool IsWhole(Node record)
    {
        long number = record.Values[0];
        int nodes = 0;
        for (Node? node = record; node != null; node = node.Next)
        {
            if (((ReadOnlySpan<long>)node.Values).ContainsAnyExcept(number)) return false;
            nodes++;
        }

        return nodes == NodesPerRecord;
    }

    private void Allocate(HttpContext context)
    {
        long number = Interlocked.Increment(ref _requests);
        Node record = Write(number);
        // Any place, and for each request another.
        Node old = Volatile.Read(ref _kept[(ulong)number * 0x9E3779B97F4A7C15 % KeptRecords]);
        if (number % RecordsPerKept == 0) Volatile.Write(ref _kept[number / RecordsPerKept % KeptRecords], record);
        if (IsWhole(record) && IsWhole(old)) context.Respond(Answer);
        else context.Respond(500, "A record is not as it was written.\n"u8, "text/plain");
    }

    private void TellCollections(HttpContext context) => context.Respond(CollectorReading.Of(_meter.Read()).ToJson().AsSpan(), "application/json");

    private void Restart(HttpContext context) => context.Respond(CollectorReading.Of(_meter.Restart()).ToJson().AsSpan(), "application/json");

    [InlineArray(Length)]
    private struct Payload
    {
        /// <summary>With the object's head and the link, 128 bytes.</summary>
        private const int Length = 13;

        private long _first;
    }

    private sealed class Node
    {
        internal Node? Next;

        internal Payload Values;
    }
}

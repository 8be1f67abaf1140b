using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using FastCore.Net.Http;
using FastCore.Tracing;

namespace FastCore.Perf.Demo;

/// <summary>The application that <c>fastcore serve --demo</c> runs and the benches and end-to-end tests talk to.</summary>
public static class DemoApplication
{
    /// <summary>The most that <c>/bytes/{n}</c> answers with.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>The most milliseconds that <c>/delay/{ms}</c> waits.</summary>
    public const int MaxDelay = 60_000;

    private const string PlainText = "text/plain";

    private static readonly PreparedResponse Welcome = Prepare("FastCore is running.\n", PlainText);
    private static readonly PreparedResponse Hello = Prepare("Hello, World!", PlainText);

    // Made when the first large body is asked for: a server that never sends one must not hold it.
    private static readonly Lazy<byte[]> Zeros = new(static () => new byte[MaxBytes]);

    /// <summary>Maps the demo's paths.</summary>
    public static void Map(HttpServer server)
    {
        server.Map(HttpMethod.Get, "/", static context => context.Respond(Welcome));
        server.Map(HttpMethod.Post, "/", static context => context.Respond(context.Body));
        server.Map(HttpMethod.Get, "/plaintext", static context => context.Respond(Hello));
        server.Map(HttpMethod.Get, "/json", static context => context.RespondJson(new Greeting("Hello, World!"), DemoJson.Default.Greeting));
        server.Map(HttpMethod.Get, "/echo", EchoFields);
        server.Map(HttpMethod.Post, "/echo", EchoFields);
        server.Map(HttpMethod.Get, "/cookie", EchoCookies);
        server.Map(HttpMethod.Post, "/cookie", EchoCookies);
        server.MapAsync(HttpMethod.Post, "/upload", CountBody);
        server.MapAsync(HttpMethod.Put, "/upload", CountBody);
        server.Map(HttpMethod.Get, "/bytes/{n}", SendBytes);
        server.MapAsync(HttpMethod.Get, "/delay/{ms}", Delay);
        server.Map(HttpMethod.Get, "/stats", context => SendStatistics(context, server));
    }

    /// <summary>Maps <c>/compute/{ms}</c>, which keeps a worker of the scheduler busy for so long.</summary>
    public static void MapCompute(HttpServer server) => server.MapOffloaded(HttpMethod.Get, "/compute/{ms}", Compute);

    /// <summary>
    /// Maps <c>/allocate</c>, which gives the garbage collector work, <c>/gc</c>, which says what is in force and what the collector has
    /// done, and <c>/gc/restart</c>, from which that counts anew.
    /// </summary>
    /// <param name="server">Whose paths they are.</param>
    /// <param name="meter">Runs as long as the server.</param>
    public static void MapAllocation(HttpServer server, PauseMeter meter) => AllocatingApplication.Map(server, meter);

    private static void Compute(HttpContext context)
    {
        if (!TryReadNumber(context, MaxDelay, out var milliseconds)) return;
        var start = Stopwatch.GetTimestamp();
        long rounds = 0;
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < milliseconds && !context.Aborted.IsCancellationRequested) rounds++;
        context.Respond($"{rounds} rounds\n", PlainText);
    }

    private static void EchoFields(HttpContext context)
    {
        var lines = new ArrayBufferWriter<byte>();
        foreach (var field in context.Headers) WriteLine(lines, field.Name, ": "u8, field.Value);
        context.Respond(lines.WrittenSpan, PlainText);
    }

    private static void EchoCookies(HttpContext context)
    {
        var lines = new ArrayBufferWriter<byte>();
        foreach (var cookie in context.Cookies) WriteLine(lines, cookie.Name, "="u8, cookie.Value);
        context.Respond(lines.WrittenSpan, PlainText);
    }

    private static void WriteLine(ArrayBufferWriter<byte> lines, ReadOnlySpan<byte> name, ReadOnlySpan<byte> between, ReadOnlySpan<byte> value)
    {
        lines.Write(name);
        lines.Write(between);
        lines.Write(value);
        lines.Write("\n"u8);
    }

    private static async ValueTask CountBody(HttpContext context)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            long total = 0;
            int count;
            while ((count = await context.ReadBodyAsync(buffer)) > 0) total += count;
            context.Respond(total.ToString(), PlainText);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void SendBytes(HttpContext context)
    {
        if (TryReadNumber(context, MaxBytes, out var count)) context.Respond(Zeros.Value.AsMemory(0, count));
    }

    private static async ValueTask Delay(HttpContext context)
    {
        if (!TryReadNumber(context, MaxDelay, out var milliseconds)) return;
        await Task.Delay(milliseconds, context.Aborted);
        context.Respond("waited\n"u8, PlainText);
    }

    /// <summary>Reads the path's number; answers 404 if it is none or is above <paramref name="most"/>.</summary>
    private static bool TryReadNumber(HttpContext context, int most, out int number)
    {
        var text = context.RouteValue;
        if (Utf8Parser.TryParse(text, out number, out var used) && used == text.Length && number >= 0 && number <= most) return true;
        context.Respond(404, Encoding.ASCII.GetBytes($"Give a number from 0 to {most}.\n").AsSpan(), PlainText);
        return false;
    }

    private static void SendStatistics(HttpContext context, HttpServer server)
    {
        var json = $$"""{"allocated_bytes":{{GC.GetTotalAllocatedBytes(precise: true)}},"gen0":{{GC.CollectionCount(0)}},"gen1":{{GC.CollectionCount(1)}},"gen2":{{GC.CollectionCount(2)}},"requests":{{server.Counters.Requests}}}""";
        context.Respond(json, "application/json");
    }

    private static PreparedResponse Prepare(string body, string contentType) => PreparedResponse.Create(200, Encoding.UTF8.GetBytes(body), contentType);
}

using FastCore.Net.Http.Client;
using FastCore.Net.Transport;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Client;

/// <summary>A client whose callers are measured.</summary>
internal abstract class Caller : IDisposable
{
    /// <summary>What the demo server says.</summary>
    protected static ReadOnlySpan<byte> Expected => "Hello, World!"u8;

    /// <summary>Where the callers run.</summary>
    internal abstract Workforce Workforce { get; }

    /// <summary>Sends so many requests, one after the other.</summary>
    /// <exception cref="InvalidDataException">An answer is not the one that was asked for.</exception>
    internal abstract Task CallAsync(long times);

    public abstract void Dispose();

    protected static void Check(int status, ReadOnlySpan<byte> body)
    {
        if (status != 200 || !body.SequenceEqual(Expected)) throw new InvalidDataException($"Status {status} and {body.Length} bytes came, which is not the answer.");
    }
}

/// <summary>Our pool, its callers on the thread pool.</summary>
internal class PoolCaller : Caller
{
    private readonly HttpClientHost _host;
    private readonly HttpClientRequest _request;

    internal PoolCaller(Uri address, int connections, int pipelined = 1)
    {
        Pool = new HttpConnectionPool(new HttpConnectionPoolOptions { MaxConnectionsPerHost = connections, MaxPipelinedRequests = pipelined });
        _host = Pool.GetHost(address);
        _request = new HttpClientRequest(HttpMethod.Get, address.PathAndQuery);
    }

    protected HttpConnectionPool Pool { get; }

    internal override Workforce Workforce { get; } = new PoolWorkforce();

    internal override async Task CallAsync(long times)
    {
        for (long i = 0; i < times; i++)
        {
            using HttpClientResponse response = await _host.FetchAsync(_request);
            Check((int)response.Status, response.Body);
        }
    }

    public override void Dispose() => Pool.DisposeAsync().AsTask().GetAwaiter().GetResult();
}

/// <summary>Our pool, its callers on its own reactor, as a server's handlers are.</summary>
internal sealed class ReactorCaller : PoolCaller
{
    internal ReactorCaller(Uri address, int connections, int pipelined = 1)
        : base(address, connections, pipelined) => Workforce = new ReactorWorkforce(Pool.Reactors[0]);

    internal override Workforce Workforce { get; }

    private sealed class ReactorWorkforce(Reactor reactor) : Workforce
    {
        internal override Task Start(int worker, Func<Task> work)
        {
            var started = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
            reactor.Post(() => started.SetResult(work()));
            return started.Task.Unwrap();
        }
    }
}

/// <summary>A handler below <see cref="HttpMessageInvoker"/>, which adds less than <see cref="HttpClient"/> does to either.</summary>
internal sealed class HandlerCaller(Uri address, HttpMessageHandler handler) : Caller
{
    private readonly HttpMessageInvoker _invoker = new(handler);

    internal override Workforce Workforce { get; } = new PoolWorkforce();

    internal static HttpMessageHandler Ours(int connections) => new FastHttpHandler(new HttpConnectionPoolOptions { MaxConnectionsPerHost = connections });

    internal static HttpMessageHandler Stock(int connections) => new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false, UseCookies = false, AllowAutoRedirect = false };

    internal override async Task CallAsync(long times)
    {
        var buffer = new byte[64];
        for (long i = 0; i < times; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using HttpResponseMessage response = await _invoker.SendAsync(request, default);
            using Stream body = await response.Content.ReadAsStreamAsync();
            int length = 0;
            int count;
            while ((count = await body.ReadAsync(buffer.AsMemory(length))) > 0) length += count;
            Check((int)response.StatusCode, buffer.AsSpan(0, length));
        }
    }

    public override void Dispose() => _invoker.Dispose();
}

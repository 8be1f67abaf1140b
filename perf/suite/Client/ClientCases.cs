using FastCore.Perf.Rounds;

namespace FastCore.Perf.Client;

/// <summary>
/// The cases of <c>fastcore bench client</c>: callers that each send a request, check its answer and send the next, over a
/// connection each (but for the pipelined), to our demo server in a process and on a processor of its own.
/// </summary>
internal static class ClientCases
{
    internal static IReadOnlyList<BenchCase> All { get; } = [new ClientCase(64), new ClientCase(512)];
}

/// <summary>So many callers.</summary>
internal sealed class ClientCase(int connections) : BenchCase
{
    private const int Pipelined = 16;

    internal override string Name => $"client/c{connections}";

    internal override IReadOnlyList<Contender> Contenders { get; } =
    [
        new Contender(Contender.FastCore, () => new ClientRun(connections, static (address, connections) => new ReactorCaller(address, connections))),
        // As many callers, on connections that each carry that many requests.
        new Contender($"{Contender.FastCore}/pipelined", () => new ClientRun(connections, static (address, callers) => new ReactorCaller(address, callers / Pipelined, Pipelined))),
        new Contender($"{Contender.FastCore}/threads", () => new ClientRun(connections, static (address, connections) => new PoolCaller(address, connections))),
        new Contender($"{Contender.FastCore}/handler", () => new ClientRun(connections, static (address, connections) => new HandlerCaller(address, HandlerCaller.Ours(connections)))),
        new Contender(Contender.Stock, () => new ClientRun(connections, static (address, connections) => new HandlerCaller(address, HandlerCaller.Stock(connections)))),
    ];
}

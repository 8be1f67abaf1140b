using FastCore.Net.Transport;
using FastCore.Perf.Processes;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Client;

/// <summary>A client and the server it asks. This process, the callers in it, has one processor, and the server another.</summary>
internal sealed class ClientRun : CaseRun
{
    // Before the first run takes all but one of them away.
    private static readonly int[] Processors = CpuPinning.Allowed();

    private readonly ServerProcess _server;
    private readonly Caller _caller;
    private readonly int _connections;

    internal ClientRun(int connections, Func<Uri, int, Caller> makeCaller)
    {
        _connections = connections;
        _server = ServerProcess.Start(ServerSubject.FastCore(Environment.ProcessPath!, TransportSelector.Name(TransportSelector.Choose().Kind), Processors[0]), Processors[0]);
        CpuPinning.PinProcess([Processors[^1]]);
        _caller = makeCaller(new Uri($"http://{_server.EndPoint}/plaintext"), connections);
    }

    internal override RoundResult Run(long operations)
    {
        long each = Math.Max(1, operations / _connections);
        Func<StartingLine, Task>[] workers = [.. Enumerable.Range(0, _connections).Select<int, Func<StartingLine, Task>>(_ => async line =>
        {
            await line;
            await _caller.CallAsync(each);
        })];
        return Round.Run(_caller.Workforce, workers, each * _connections, static _ => { });
    }

    public override void Dispose()
    {
        _caller.Dispose();
        _server.Dispose();
    }
}

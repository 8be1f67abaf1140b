using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastCore.Gateway.Configuration;
using FastCore.Gateway.Tokens;
using FastCore.Net.Transport;

namespace FastCore.Gateway;

/// <summary>The program: <c>fastcore-gateway [--check-config] FILE</c>. Ctrl-C and SIGTERM stop it in order; SIGHUP has it read the keys again.</summary>
internal static class Program
{
    private const int Usage = 2;
    private const int Unusable = 3;

    public static async Task<int> Main(string[] arguments)
    {
        var checksOnly = arguments is ["--check-config", _];
        if (!checksOnly && (arguments.Length != 1 || arguments[0].StartsWith('-')))
        {
            await Console.Error.WriteLineAsync("usage: fastcore-gateway [--check-config] FILE");
            return Usage;
        }
        try
        {
            var configuration = ConfigurationFile.Read(arguments[^1]);
            if (checksOnly)
            {
                if (configuration.Tokens is { } tokens) _ = new TokenGate(tokens, TimeProvider.System);
                await Console.Out.WriteLineAsync($"{arguments[^1]}: {configuration.Routes.Count} routes, no fault found");
                return 0;
            }
            await RunAsync(configuration);
            return 0;
        }
        catch (Exception refused) when (refused is ConfigurationException or SocketException or TransportUnavailableException)
        {
            await Console.Error.WriteLineAsync($"fastcore-gateway: {refused.Message}");
            return Unusable;
        }
    }

    private static async Task RunAsync(GatewayConfiguration configuration)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await using var gateway = await Gateway.StartAsync(configuration, static (failure, where) => Console.Error.WriteLine($"{where} {failure.Message}"));
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            ReloadKeys(gateway);
        });
        await Console.Out.WriteLineAsync($"listening on http://{gateway.EndPoint}, {TransportSelector.Name(gateway.Server.Transport.Kind)}");
        if (gateway.AdminEndPoint is { } admin) await Console.Out.WriteLineAsync($"status and revocations at http://{admin}");
        await stop.Task;
    }

    private static void ReloadKeys(Gateway gateway)
    {
        try
        {
            gateway.Tokens?.ReloadKeys();
        }
        catch (ConfigurationException refused)
        {
            Console.Error.WriteLine($"fastcore-gateway: the old keys stay in force: {refused.Message}");
        }
    }
}

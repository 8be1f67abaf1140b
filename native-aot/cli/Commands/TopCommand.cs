using System.CommandLine;
using System.Net.Sockets;
using System.Text;
using FastCore.Cli.Top;
using Spectre.Console;

namespace FastCore.Cli.Commands;

/// <summary><c>fastcore top</c>: what a running FastCore process does, asked through its control socket.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    // Long enough for shares of the time that mean something, short enough to be waited for.
    private static readonly TimeSpan OnceInterval = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var attach = new Option<string>("--attach") { Description = "the socket: what the process was given with `fastcore serve --control`, or made with ControlServer.Start", HelpName = "PATH", Required = true };
        var once = new Option<bool>("--once") { Description = "print it once and end" };
        var json = new Option<bool>("--json") { Description = "print snapshots as JSON (schema 1), one a line" };
        var interval = CommonOptions.Time("--interval", "the time between two looks (default 1s)");
        var command = new Command("top", "Show what a running FastCore process does: threads, workers, tasks, reactors, channels, what waits, warnings. It answers also when its thread pool starves.") { attach, once, json, interval };
        command.SetAction(parsed => Run(new ControlClient(parsed.GetRequiredValue(attach)), parsed.GetValue(once), parsed.GetValue(json), parsed.GetValue(interval)));
        return command;
    }

    private static int Run(ControlClient client, bool isOnce, bool isJson, TimeSpan? interval)
    {
        using var interruption = new Interruption();
        try
        {
            if (isJson) PrintJson(client, isOnce, interval ?? DefaultInterval, interruption.Token);
            else Show(client, isOnce, interval ?? (isOnce ? OnceInterval : DefaultInterval), interruption.Token);
            return ExitCode.Good;
        }
        catch (Exception refused) when (refused is SocketException or InvalidDataException or ArgumentException)
        {
            Console.Error.WriteLine($"fastcore: {ControlClient.Explain(refused)}");
            return ExitCode.Unreachable;
        }
    }

    private static void PrintJson(ControlClient client, bool isOnce, TimeSpan interval, CancellationToken cancellationToken)
    {
        do
        {
            var answer = client.Ask();
            client.Read(answer);
            Console.Out.WriteLine(Encoding.UTF8.GetString(answer).TrimEnd('\n'));
        }
        while (!isOnce && !cancellationToken.WaitHandle.WaitOne(interval));
    }

    private static void Show(ControlClient client, bool isOnce, TimeSpan interval, CancellationToken cancellationToken)
    {
        var console = Terminal.Create(toError: false);
        var before = client.Read(client.Ask());
        if (isOnce || !Terminal.IsLive(console))
        {
            while (!cancellationToken.WaitHandle.WaitOne(interval))
            {
                var now = client.Read(client.Ask());
                console.Write(TopView.Draw(before, now));
                before = now;
                if (isOnce) return;
            }
            return;
        }
        console.Live(new Text("")).Overflow(VerticalOverflow.Crop).AutoClear(true).Start(live =>
        {
            while (!cancellationToken.WaitHandle.WaitOne(interval))
            {
                var now = client.Read(client.Ask());
                live.UpdateTarget(TopView.Draw(before, now));
                before = now;
            }
        });
    }
}

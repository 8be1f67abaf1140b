using System.CommandLine;
using System.Net.Sockets;
using FastCore.Cli.Top;

namespace FastCore.Cli.Commands;

/// <summary><c>fastcore profile</c>: what the tasks of a running process do, where they wait, and which may wait for ever.</summary>
internal static class ProfileCommand
{
    private static readonly string[] Subjects = ["tasks", "contention", "leaks"];
    private static readonly string[] Formats = ["text", "json", "folded", "speedscope"];
    private static readonly TimeSpan DefaultLeakAge = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var subject = new Argument<string>("SUBJECT") { Description = "tasks: by state, age, spawn place and what they wait for; contention: waits and their times by channel and method; leaks: waits that nobody may ever end" };
        subject.AcceptOnlyFromAmong(Subjects);
        var attach = new Option<string>("--attach") { Description = "the socket: what the process was given with `fastcore serve --control`, or made with ControlServer.Start", HelpName = "PATH", Required = true };
        var format = new Option<string>("--format") { Description = "how: a table, JSON, folded stacks for a flame graph, or for speedscope (default text)", HelpName = string.Join('|', Formats), DefaultValueFactory = static _ => Formats[0] };
        format.AcceptOnlyFromAmong(Formats);
        var older = CommonOptions.Time("--older", "leave out tasks that have waited or run for less, or possible leaks that are younger (default for leaks 10s)");
        var noCollect = new Option<bool>("--no-collect") { Description = "leaks: do not have the process collect garbage first; what became garbage lately is then taken for alive" };
        var command = new Command("profile", "Show what the tasks of a running FastCore process do, where they get into each other's way, and which may wait for ever.") { subject, attach, format, older, noCollect };
        command.SetAction(parsed =>
        {
            var what = parsed.GetRequiredValue(subject);
            var age = parsed.GetValue(older) ?? (what == "leaks" ? DefaultLeakAge : TimeSpan.Zero);
            var collects = what == "leaks" && !parsed.GetValue(noCollect);
            var milliseconds = age == TimeSpan.Zero ? "0" : ControlClient.Milliseconds(age);
            return Run(new ControlClient(parsed.GetRequiredValue(attach)), $"profile {what} {parsed.GetValue(format)} {milliseconds}{(collects ? " collect" : "")}");
        });
        return command;
    }

    private static int Run(ControlClient client, string request)
    {
        try
        {
            var answer = client.Ask(request);
            using var output = Console.OpenStandardOutput();
            output.Write(answer);
            return ExitCode.Good;
        }
        catch (Exception refused) when (refused is SocketException or InvalidDataException or ArgumentException)
        {
            Console.Error.WriteLine($"fastcore: {ControlClient.Explain(refused)}");
            return ExitCode.Unreachable;
        }
    }
}

using System.CommandLine;
using FastCore.Cli.Bench;
using FastCore.Perf.Channels.Check;
using FastCore.Perf.Scheduling.Check;

namespace FastCore.Cli.Commands;

/// <summary><c>fastcore check</c>: promises put to the test, for as long as one likes.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var operations = CommonOptions.Number("--ops", $"calls for each kind, such as 100000000 (default {new ChannelCheckOptions().Operations})", 1, int.MaxValue);
        var stock = new Option<bool>("--stock") { Description = "put the stock channels through the same storms and say what they lose" };
        var kinds = Kinds();
        var seed = CommonOptions.Number("--seed", "what is drawn at random depends on it (default: another one each time; it is printed)", int.MinValue, int.MaxValue);
        var squeeze = CommonOptions.Number("--squeeze", "run it in processes that get so many percent of one processor's time, such as 10: threads then stop in the middle of everything", 1, 100);
        var json = CommonOptions.File("--json", "write the findings as JSON (schema 1); - is the standard output");
        var html = CommonOptions.File("--html", "write a page, self-contained");
        var channels = new Command("channels", "Put our channels and broadcast types of every kind through storms of cancellation and completion. Exits with 1 if one of ours lost, doubled or reordered an item, hung, or failed.") { operations, stock, kinds, seed, squeeze, json, html };
        channels.SetAction((parsed, _) => new BenchRun(new BenchSettings(parsed.GetValue(html), parsed.GetValue(json), null, CheckPart.Promises)).RunAsync(
        [
            new CheckPart(new ChannelCheckOptions
            {
                Operations = parsed.GetValue(operations) ?? new ChannelCheckOptions().Operations,
                Kinds = parsed.GetValue(kinds) ?? [],
                WithStock = parsed.GetValue(stock),
                Seed = parsed.GetValue(seed) ?? Environment.TickCount,
            }, parsed.GetValue(squeeze)),
        ]));
        return new Command("check", "Put promises to the test.") { channels, CreateScheduler() };
    }

    private static Command CreateScheduler()
    {
        var defaults = new SchedulerCheckOptions();
        var operations = CommonOptions.Number("--ops", $"items spawned, such as 100000000 (default {defaults.Operations})", 1, int.MaxValue);
        var seed = CommonOptions.Number("--seed", "what is drawn at random depends on it (default: another one each time; it is printed)", int.MinValue, int.MaxValue);
        var json = CommonOptions.File("--json", "write the findings as JSON (schema 1); - is the standard output");
        var html = CommonOptions.File("--html", "write a page, self-contained");
        var scheduler = new Command("scheduler", "Put the scheduler under every policy through storms of spawns, steals, joins, blocking calls and shutdowns. Exits with 1 if an item was lost or ran twice, a shutdown or a thread did not end, or anything failed.") { operations, seed, json, html };
        scheduler.SetAction((parsed, _) => new BenchRun(new BenchSettings(parsed.GetValue(html), parsed.GetValue(json), null, SchedulerCheckPart.Promises)).RunAsync(
        [
            new SchedulerCheckPart(defaults with { Operations = parsed.GetValue(operations) ?? defaults.Operations, Seed = parsed.GetValue(seed) ?? Environment.TickCount }),
        ]));
        return scheduler;
    }

    private static Option<string[]> Kinds()
    {
        var option = new Option<string[]>("--kind") { Description = "check this kind only, such as bounded-64/4x4 (4 writers, 4 readers) or all of bounded-64; may be given several times", HelpName = "NAME" };
        option.Validators.Add(result =>
        {
            foreach (var name in result.Tokens.Select(token => token.Value).Where(name => !ChannelCheck.IsKnown(name)))
                result.AddError($"--kind {name} is no kind. Known are: {string.Join(", ", ChannelCheck.Kinds)}.");
        });
        return option;
    }
}

using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using FastCore.Tracing;
using FastCore.Tracing.Analysis;
using FastCore.Tracing.Exporting;

namespace FastCore.Tests.Tracing;

[TestFixture]
internal sealed class ExportTests
{
    private static readonly Transition Go = new("here", "go", "there");

    private static readonly Transition Return = new("there", "return", "here");

    private static readonly TransitionTable Table = new("exported", "Somebody in a test.", "here", Go, Return);

    /// <summary>The members that "Trace Event Format" asks of each phase.</summary>
    private static readonly Dictionary<string, string[]> Shape = new()
    {
        ["M"] = ["ph", "pid", "tid", "name", "args"],
        ["X"] = ["ph", "pid", "tid", "name", "cat", "ts", "dur", "args"],
        ["C"] = ["ph", "pid", "tid", "name", "ts", "args"],
        ["i"] = ["ph", "pid", "tid", "name", "cat", "s", "ts", "args"],
        ["s"] = ["ph", "pid", "tid", "name", "cat", "id", "ts"],
        ["f"] = ["ph", "pid", "tid", "name", "cat", "id", "ts", "bp"],
    };

    [Test]
    public void PerfettoGetsTracksInstantsAndArrows()
    {
        long microsecond = Stopwatch.Frequency / 1_000_000;
        var snapshot = new TraceSnapshot(1000, 1000 + (9 * microsecond),
        [
            new TraceThread(7, "one \"quoted\"", [new TraceEvent(1000 + microsecond, 3, 4, Go.Id)], 0),
            new TraceThread(8, "two", [new TraceEvent(1000 + (2 * microsecond), 3, 0, Return.Id), new TraceEvent(1000 + (3 * microsecond), 3, 0, Go.Id), new TraceEvent(1000, 3, 0, int.MaxValue)], 0),
        ]);
        using var stream = new MemoryStream();
        PerfettoTrace.Write(snapshot, stream);
        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        JsonElement[] events = [.. document.RootElement.GetProperty("traceEvents").EnumerateArray()];
        foreach (JsonElement one in events)
            Assert.That(one.EnumerateObject().Select(member => member.Name), Is.EquivalentTo(Shape[Text(one, "ph")]), one.ToString());
        Assert.That(events.Select(one => Text(one, "ph")), Is.EqualTo(new[] { "M", "M", "X", "X", "i", "s", "f" }), "The last step is on its own thread: no arrow.");
        Assert.That(events.Select(one => one.GetProperty("tid").GetInt32()), Is.EqualTo(new[] { 1, 2, 1, 2, 2, 1, 2 }));
        Assert.That(events.Skip(2).Select(one => one.GetProperty("ts").GetDouble()), Is.EqualTo(new[] { 1d, 2, 3, 1, 2 }).Within(1e-9));
        Assert.That(Text(events[0].GetProperty("args"), "name"), Is.EqualTo("one \"quoted\""));
        Assert.That(events[5].GetProperty("id").GetInt32(), Is.EqualTo(events[6].GetProperty("id").GetInt32()));
        Assert.That(Text(events[2], "cat"), Is.EqualTo(Table.Name));
        JsonElement arguments = events[2].GetProperty("args");
        Assert.That((Text(arguments, "from"), Text(arguments, "to"), Text(arguments, "subject"), Text(arguments, "argument")), Is.EqualTo(("here", "there", "3", "4")));
    }

    /// <summary>Slices for tasks and what threads did, counters for queues, and an arrow from each spawn or wake-up to its run.</summary>
    [Test]
    public void PerfettoGetsTasksQueuesAndTheirCauses()
    {
        using var stream = new MemoryStream();
        PerfettoTrace.Write(ScriptedTrace.Create(), stream);
        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        JsonElement[] events = [.. document.RootElement.GetProperty("traceEvents").EnumerateArray()];
        foreach (JsonElement one in events)
            Assert.That(one.EnumerateObject().Select(member => member.Name), Is.EquivalentTo(Shape[Text(one, "ph")]), one.ToString());
        JsonElement child = events.Single(one => Text(one, "ph") == "X" && Text(one, "name") == "Script.Child");
        Assert.That((child.GetProperty("ts").GetDouble(), child.GetProperty("dur").GetDouble(), child.GetProperty("tid").GetInt32()), Is.EqualTo((16d, 44d, 3)));
        Assert.That(events.Where(one => Text(one, "ph") == "C").Select(one => Text(one, "name")).Distinct(), Is.EquivalentTo(new[] { "queue of worker 0", "queue of worker 1", "global queue" }));
        (double, int)[] Ends(string phase) => [.. events.Where(one => Text(one, "ph") == phase).Select(one => (one.GetProperty("ts").GetDouble(), one.GetProperty("tid").GetInt32()))];
        Assert.That(Ends("s").Zip(Ends("f")), Is.EqualTo(new[]
        {
            ((1d, 1), (6d, 2)), ((12d, 2), (13d, 2)), ((8d, 2), (16d, 3)), ((10d, 2), (20d, 3)), ((22d, 3), (40d, 2)),
        }), "Parent, Outer, Child, the claim of the waiter, Rest.");
        foreach ((double time, int track) in Ends("s").Concat(Ends("f")))
        {
            Assert.That(events.Any(one => Text(one, "ph") == "X" && one.GetProperty("tid").GetInt32() == track
                && one.GetProperty("ts").GetDouble() <= time && one.GetProperty("ts").GetDouble() + one.GetProperty("dur").GetDouble() > time), $"An arrow ends in a slice, at {time} on {track}.");
        }
    }

    /// <summary>After speedscope's schema of its file format: evented profiles whose events are in order, each close that of the last open.</summary>
    [Test]
    public void SpeedscopeGetsAProfileForEachThread()
    {
        using var stream = new MemoryStream();
        SpeedscopeTrace.Write(ScriptedTrace.Create(), stream, "script");
        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        JsonElement root = document.RootElement;
        Assert.That(root.EnumerateObject().Select(member => member.Name), Is.EquivalentTo(new[] { "$schema", "exporter", "name", "shared", "profiles" }));
        Assert.That(Text(root, "$schema"), Is.EqualTo("https://www.speedscope.app/file-format-schema.json"));
        string[] frames = [.. root.GetProperty("shared").GetProperty("frames").EnumerateArray().Select(frame => Text(frame, "name"))];
        JsonElement[] profiles = [.. root.GetProperty("profiles").EnumerateArray()];
        Assert.That(profiles.Select(profile => Text(profile, "name")), Is.EqualTo(new[] { "worker 0", "worker 1", "pauses" }));
        foreach (JsonElement profile in profiles)
        {
            Assert.That(profile.EnumerateObject().Select(member => member.Name), Is.EquivalentTo(new[] { "type", "name", "unit", "startValue", "endValue", "events" }));
            Assert.That((Text(profile, "type"), Text(profile, "unit")), Is.EqualTo(("evented", "nanoseconds")));
            double last = profile.GetProperty("startValue").GetDouble();
            var open = new Stack<int>();
            foreach (JsonElement one in profile.GetProperty("events").EnumerateArray())
            {
                double at = one.GetProperty("at").GetDouble();
                Assert.That(at, Is.InRange(last, profile.GetProperty("endValue").GetDouble()));
                last = at;
                int frame = one.GetProperty("frame").GetInt32();
                Assert.That(frame, Is.LessThan(frames.Length));
                if (Text(one, "type") == "O") open.Push(frame);
                else Assert.That(open.Pop(), Is.EqualTo(frame), Text(one, "type"));
            }

            Assert.That(open, Is.Empty);
        }
    }

    [Test]
    public void TheReportSaysWhatTheTraceComesTo()
    {
        var text = new StringWriter();
        TraceReport.Write(ScriptedTrace.Create(), text);
        Assert.That(text.ToString(), Does.StartWith("100 µs of trace, 24 events of 4 threads; 5 earlier ones were overwritten")
            .And.Contain("Script.Parent, spawned by Program.Main")
            .And.Contain("11 µs  Script.Parent, on rendezvous of Int32, number 60, made by Program.Main: claim by Script.Child")
            .And.Contain("(1 running)")
            .And.Contain("GC pauses: 1, p50 5 µs"));
    }

    /// <summary>Its data parse, and are told of no other file; the browser's tests click through it.</summary>
    [Test]
    public void TheTracePageHoldsItsData()
    {
        using var stream = new MemoryStream();
        TracePage.Write(ScriptedTrace.Create(), stream, "</script><b>");
        string page = System.Text.Encoding.UTF8.GetString(stream.ToArray());
        const string Begin = "<script type=\"application/json\" id=\"data\">";
        int start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        using JsonDocument data = JsonDocument.Parse(page[start..page.IndexOf("</script>", start, StringComparison.Ordinal)]);
        Assert.That(Text(data.RootElement, "title"), Is.EqualTo("</script><b>"));
        Assert.That(data.RootElement.GetProperty("tasks").GetProperty("cause").EnumerateArray().Select(static one => one.GetInt32()), Is.EqualTo(new[] { -1, 0, -1, 1 }));
        Assert.That(page, Does.Not.Contain("http").And.Not.Contain("{{"));
    }

    [Test]
    public void MermaidShowsEveryStateAndStep() => Assert.That(MermaidDiagram.Write(Table), Is.EqualTo(
        "stateDiagram-v2\n    state \"here\" as s0\n    state \"there\" as s1\n    [*] --> s0\n    s0 --> s1 : go\n    s1 --> s0 : return\n"));

    [Test]
    public void DiagramsOfATraceSayHowOftenAndAfterHowLong()
    {
        var counts = new TraceCounts(ScriptedTrace.Create());
        TransitionTable tasks = CoreTransitionTables.All.Single(table => table.Name == "task");
        Transition run = tasks.Transitions.Single(step => step.Name == "run");
        Assert.That((counts.CountOf(run), counts.MedianNanoseconds(run)), Is.EqualTo((4, 5000d)), "1, 5, 8 and 18 µs in the queue.");
        Assert.That(counts.MedianNanoseconds(tasks.Transitions[0]), Is.Null, "A spawn begins a life.");
        Assert.That(MermaidDiagram.Write(tasks, counts), Does.Contain(" : run ×4 5 µs\n").And.Contain(" : spawn ×2\n").And.Contain(" : fail\n"));
        string page = DiagramPage.Write([tasks], counts: counts);
        Assert.That(page, Does.Contain("run &#xD7;4 5 &#xB5;s").And.Contain("<path class=\"never\""));
    }

    /// <summary>It parses as XML once its document type is taken off, and names every state and step of every table.</summary>
    [Test]
    public void ThePageShowsEveryTableAndNeedsNothingElse()
    {
        string page = DiagramPage.Write([Table, .. CoreTransitionTables.All], ["a later one"]);
        XElement root = XElement.Parse(page["<!DOCTYPE html>\n".Length..].Replace("<meta charset=\"utf-8\">", ""));
        XElement[] diagrams = [.. root.Descendants("svg").Where(svg => svg.Attribute("role") is not null)];
        Assert.That(diagrams.Select(svg => svg.Attribute("aria-label")!.Value), Is.EqualTo(CoreTransitionTables.All.Prepend(Table).Select(table => table.Name)));
        foreach ((XElement diagram, TransitionTable table) in diagrams.Zip(CoreTransitionTables.All.Prepend(Table)))
        {
            Assert.That(diagram.Elements("g").Where(group => (string?)group.Attribute("class") is "state" or "state first").Select(state => state.Value), Is.EqualTo(table.States), table.Name);
            Assert.That(diagram.Descendants("text").Where(text => (string?)text.Attribute("class") == "step").SelectMany(arc => arc.Value.Split(", ")), Is.EquivalentTo(table.Transitions.Select(step => step.Name)), table.Name);
        }

        Assert.That(root.Descendants("li").Select(item => item.Value), Is.EqualTo(CoreTransitionTables.All.Select(table => table.Name).Prepend(Table.Name).Append("a later one")));
        Assert.That(page, Does.Not.Contain("://").And.Not.Contain("NaN"));
    }

    /// <summary>A reader can tell every label from the others and from the states, also where every state leads to every other.</summary>
    [Test]
    public void NoLabelOfADiagramCoversAnother()
    {
        var loops = new TransitionTable("loops", "States that are stayed in.", "here", new Transition("here", "stay at the top", "here"), new Transition("here", "go", "there"), new Transition("there", "stay at the bottom", "there"), new Transition("there", "go", "left"), new Transition("left", "go", "up"), new Transition("left", "stay at a side", "left"));
        foreach (TransitionTable table in CoreTransitionTables.All.Append(Table).Append(loops))
        {
            var layout = new DiagramLayout(table, counts: null);
            foreach (DiagramLayout.Arc arc in layout.Arcs)
            {
                Assert.That(layout.Arcs.Where(other => other != arc && other.LabelBox.Overlap(arc.LabelBox) > 0).Select(other => other.Label), Is.Empty, $"{table.Name}: what covers '{arc.Label}'");
                Assert.That(layout.States.Where(state => arc.LabelBox.Overlap(DiagramLayout.Box.Around(state.Middle, layout.StateWidth, DiagramLayout.StateHeight)) > 0), Is.Empty, $"{table.Name}: states under '{arc.Label}'");
                Assert.That(arc.LabelBox.Outside(layout.Width, layout.Height), Is.Zero, $"{table.Name}: '{arc.Label}' is cut off");
            }
        }
    }

    [Test]
    public void TheTablesOfTheAssemblyHaveNamesOfTheirOwn()
    {
        Assert.That(CoreTransitionTables.All.Select(table => table.Name), Is.Unique);
        foreach (TransitionTable table in CoreTransitionTables.All)
        {
            Assert.That(table.Summary, Does.EndWith("."), table.Name);
            Assert.That(table.Transitions, Is.Not.Empty, table.Name);
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}

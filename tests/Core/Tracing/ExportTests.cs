using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using FastCore.Tracing;
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
        Assert.That(events.Select(one => Text(one, "ph")), Is.EqualTo(new[] { "M", "M", "i", "i", "s", "f", "i" }), "The last step is on its own thread: no arrow.");
        Assert.That(events.Select(one => one.GetProperty("tid").GetInt32()), Is.EqualTo(new[] { 1, 2, 1, 2, 1, 2, 2 }));
        Assert.That(events.Skip(2).Select(one => one.GetProperty("ts").GetDouble()), Is.EqualTo(new[] { 1d, 2, 1, 2, 3 }).Within(1e-9));
        Assert.That(Text(events[0].GetProperty("args"), "name"), Is.EqualTo("one \"quoted\""));
        Assert.That(events[4].GetProperty("id").GetInt32(), Is.EqualTo(events[5].GetProperty("id").GetInt32()));
        Assert.That(Text(events[2], "cat"), Is.EqualTo(Table.Name));
        JsonElement arguments = events[2].GetProperty("args");
        Assert.That((Text(arguments, "from"), Text(arguments, "to"), Text(arguments, "subject"), Text(arguments, "argument")), Is.EqualTo(("here", "there", "3", "4")));
    }

    [Test]
    public void MermaidShowsEveryStateAndStep() => Assert.That(MermaidDiagram.Write(Table), Is.EqualTo(
        "stateDiagram-v2\n    state \"here\" as s0\n    state \"there\" as s1\n    [*] --> s0\n    s0 --> s1 : go\n    s1 --> s0 : return\n"));

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
            Assert.That(diagram.Elements("g").Select(state => state.Value), Is.EqualTo(table.States), table.Name);
            Assert.That(diagram.Elements("text").SelectMany(arc => arc.Value.Split(", ")), Is.EquivalentTo(table.Transitions.Select(step => step.Name)), table.Name);
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
            var layout = new DiagramLayout(table);
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

// What the page's script reads. Times are nanoseconds since the start; what refers to a task, a wait or a text is its index, -1
// for none. Tasks are columns, spans are flat: a trace has a hundred thousand of them. The steps themselves are there for threads
// that have no spans, such as reactors.

using System.Text.Json;
using FastCore.Tracing.Analysis;

namespace FastCore.Tracing.Exporting;

/// <summary>A trace as the page's script wants it.</summary>
internal sealed class TracePageData
{
    private readonly TraceSnapshot _snapshot;

    private readonly string _title;

    private readonly TraceModel _model;

    private readonly TraceSummary _summary;

    private readonly Dictionary<TraceTask, int> _tasks = [];

    private readonly Dictionary<TraceWait, int> _waits = [];

    private readonly Dictionary<string, int> _names = new() { [string.Empty] = 0 };

    internal TracePageData(TraceSnapshot snapshot, string title)
    {
        _snapshot = snapshot;
        _title = title;
        _model = new TraceModel(snapshot);
        _summary = new TraceSummary(_model);
        foreach (TraceTask task in _model.Tasks)
        {
            _tasks.Add(task, _tasks.Count);
            _names.TryAdd(task.Name, _names.Count);
            _names.TryAdd(task.SpawnPlace, _names.Count);
        }

        foreach (TraceWait wait in _model.Waits)
        {
            _waits.Add(wait, _waits.Count);
            _names.TryAdd(wait.On.ToString(), _names.Count);
        }
    }

    internal void Write(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("title", _title);
        json.WriteNumber("length", At(_snapshot.End));
        json.WriteNumber("events", _model.Steps.Count);
        json.WriteNumber("overwritten", _summary.Overwritten);
        WriteTexts(json, "names", _names.Keys);
        WriteTracks(json);
        WriteTasks(json);
        WriteWaits(json);
        WriteQueues(json);
        WriteSummary(json);
        json.WriteEndObject();
    }

    private void WriteTracks(Utf8JsonWriter json)
    {
        ILookup<int, TraceSpan> spans = _model.Spans.ToLookup(static span => span.Track);
        ILookup<int, TraceStep> steps = _model.Steps.ToLookup(static step => step.Track);
        Dictionary<Transition, int> kinds = _model.Steps.Select(static step => step.Transition).Distinct().Index().ToDictionary(static one => one.Item, static one => one.Index);
        WriteTexts(json, "steps", kinds.Keys.Select(static kind => $"{kind.Table.Name}: {kind.Name}"));
        json.WriteStartArray("tracks");
        for (int track = 0; track < _snapshot.Threads.Count; track++)
        {
            json.WriteStartObject();
            json.WriteString("name", _snapshot.Threads[track].Name);
            WriteNumbers(json, "spans", spans[track].SelectMany(span => (long[])[At(span.Start), At(span.End) - At(span.Start), (long)span.Kind, IndexOf(span.Task)]));
            IEnumerable<TraceStep> marks = spans.Contains(track) ? [] : steps[track];
            WriteNumbers(json, "marks", marks.SelectMany(step => (long[])[At(step.Time), kinds[step.Transition], step.Subject]));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteTasks(Utf8JsonWriter json)
    {
        IReadOnlyList<TraceTask> tasks = _model.Tasks;
        json.WriteStartObject("tasks");
        WriteNumbers(json, "subject", tasks.Select(static task => task.Subject));
        WriteNumbers(json, "name", tasks.Select(task => (long)_names[task.Name]));
        WriteNumbers(json, "place", tasks.Select(task => (long)_names[task.SpawnPlace]));
        WriteTexts(json, "origin", tasks.Select(static task => task.Origin));
        WriteTexts(json, "state", tasks.Select(static task => task.State));
        WriteNumbers(json, "cause", tasks.Select(task => (long)IndexOf(task.Cause)));
        WriteNumbers(json, "wait", tasks.Select(task => (long)IndexOf(task.Wait)));
        WriteNumbers(json, "queued", tasks.Select(task => At(task.Queued)));
        WriteNumbers(json, "queuedTrack", tasks.Select(static task => (long)task.QueuedTrack));
        WriteNumbers(json, "run", tasks.Select(task => AtOrNever(task.Run)));
        WriteNumbers(json, "runTrack", tasks.Select(static task => task.Run == 0 ? -1L : task.RunTrack));
        WriteNumbers(json, "end", tasks.Select(task => AtOrNever(task.End)));
        json.WriteEndObject();
    }

    private void WriteWaits(Utf8JsonWriter json)
    {
        IReadOnlyList<TraceWait> waits = _model.Waits;
        json.WriteStartObject("waits");
        WriteNumbers(json, "on", waits.Select(wait => (long)_names[wait.On.ToString()]));
        WriteNumbers(json, "start", waits.Select(wait => At(wait.Start)));
        WriteNumbers(json, "end", waits.Select(wait => AtOrNever(wait.End)));
        WriteTexts(json, "outcome", waits.Select(static wait => wait.Outcome));
        json.WriteEndObject();
    }

    private void WriteQueues(Utf8JsonWriter json)
    {
        json.WriteStartArray("queues");
        foreach (IGrouping<int, QueueLength> queue in _model.Queues.GroupBy(static one => one.Track).OrderBy(static group => group.Key))
        {
            json.WriteStartObject();
            json.WriteNumber("track", queue.Key);
            json.WriteNumber("most", queue.Max(static one => one.Length));
            WriteNumbers(json, "values", queue.SelectMany(one => (long[])[At(one.Time), one.Length]));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteSummary(Utf8JsonWriter json)
    {
        json.WriteStartObject("summary");
        WriteLatency(json, "scheduling", _summary.Scheduling);
        json.WriteStartArray("origins");
        foreach ((string origin, LatencyHistogram latency) in _summary.Origins)
        {
            json.WriteStartObject();
            json.WriteString("name", origin);
            WriteMembers(json, latency);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteGroups(json);
        WriteLongestWaits(json);
        WriteThreads(json);
        WriteSteals(json);
        WriteLatency(json, "pauses", _summary.Pauses);
        WriteLatency(json, "hiccups", _summary.Hiccups);
        json.WriteEndObject();
    }

    private void WriteGroups(Utf8JsonWriter json)
    {
        json.WriteStartArray("groups");
        foreach (TaskGroup group in _summary.Groups)
        {
            json.WriteStartObject();
            json.WriteString("name", group.Name);
            json.WriteString("place", group.SpawnPlace);
            json.WriteNumber("count", group.Count);
            json.WriteNumber("ran", group.Ran);
            json.WriteNumber("waiting", group.Waiting);
            json.WriteStartArray("states");
            foreach ((string state, int count) in group.States)
            {
                json.WriteStartArray();
                json.WriteStringValue(state);
                json.WriteNumberValue(count);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            WriteLatency(json, "scheduling", group.Scheduling);
            WriteLatency(json, "running", group.Running);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteLongestWaits(Utf8JsonWriter json)
    {
        json.WriteStartArray("waits");
        foreach (TraceWait wait in _summary.LongestWaits)
        {
            json.WriteStartObject();
            json.WriteNumber("start", At(wait.Start));
            json.WriteNumber("length", _summary.Waited(wait));
            json.WriteNumber("task", IndexOf(wait.Task));
            json.WriteString("on", wait.On.ToString());
            json.WriteString("outcome", wait.Outcome);
            json.WriteNumber("waker", IndexOf(wait.Waker));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteThreads(Utf8JsonWriter json)
    {
        json.WriteStartArray("threads");
        foreach (ThreadUse use in _summary.Workers)
        {
            json.WriteStartObject();
            json.WriteString("name", use.Name);
            json.WriteNumber("turns", use.Turns);
            json.WriteNumber("running", use.Running);
            json.WriteNumber("searching", use.Searching);
            json.WriteNumber("parked", use.Parked);
            json.WriteNumber("blocked", use.Blocked);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteSteals(Utf8JsonWriter json)
    {
        json.WriteStartArray("steals");
        foreach (IGrouping<(int Track, int Victim), TraceSteal> pair in _model.Steals.GroupBy(static steal => (steal.Track, steal.Victim)))
        {
            json.WriteStartObject();
            json.WriteString("thief", _snapshot.Threads[pair.Key.Track].Name);
            json.WriteNumber("victim", pair.Key.Victim);
            json.WriteNumber("steals", pair.Count());
            json.WriteNumber("items", pair.Sum(static steal => steal.Taken));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteLatency(Utf8JsonWriter json, string name, LatencyHistogram latency)
    {
        json.WriteStartObject(name);
        WriteMembers(json, latency);
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, LatencyHistogram latency)
    {
        json.WriteNumber("count", latency.Count);
        json.WriteNumber("50", latency.Percentile(50));
        json.WriteNumber("90", latency.Percentile(90));
        json.WriteNumber("99", latency.Percentile(99));
        json.WriteNumber("99.9", latency.Percentile(99.9));
        json.WriteNumber("max", latency.Most);
        json.WriteStartArray("buckets");
        foreach ((long floor, int count) in latency.Buckets)
        {
            json.WriteStartArray();
            json.WriteNumberValue(floor);
            json.WriteNumberValue(count);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private int IndexOf(TraceTask? task) => task is null ? -1 : _tasks[task];

    private int IndexOf(TraceWait? wait) => wait is null ? -1 : _waits.GetValueOrDefault(wait, -1);

    private long At(long ticks) => (long)TraceStep.Nanoseconds(ticks - _snapshot.Start);

    private long AtOrNever(long ticks) => ticks == 0 ? -1 : At(ticks);
}

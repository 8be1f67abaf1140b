// Little-endian; texts are UTF-8 with their length before them, as BinaryWriter writes them. In this order:
//
//   8 bytes   "FCTRACE1"
//   int64     ticks a second; start; end
//   int32     tables, and for each: name, summary, initial state, int32 transitions, and for each: int32 id, from, name, to
//   int32     names, and for each: the text
//   int32     threads, and for each: int32 id, name, int64 overwritten, int32 events, and for each: int64 timestamp, subject,
//             argument, int32 transition id

using System.Diagnostics;

namespace FastCore.Tracing.Exporting;

/// <summary>Keeps traces in files, which say themselves what their events mean: another process, and a later version, read them.</summary>
public static class TraceFile
{
    private static readonly byte[] Magic = "FCTRACE1"u8.ToArray();

    /// <summary>Writes a trace.</summary>
    public static void Write(TraceSnapshot snapshot, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(stream);
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(Stopwatch.Frequency);
        writer.Write(snapshot.Start);
        writer.Write(snapshot.End);
        TransitionTable[] tables = [.. snapshot.Threads.SelectMany(static thread => thread.Events).Select(static one => one.TransitionId).Distinct()
            .Select(static id => TransitionTable.TryFind(id, out Transition? step) ? step.Table : null).OfType<TransitionTable>().Distinct()];
        writer.Write(tables.Length);
        foreach (TransitionTable table in tables) Write(writer, table);
        writer.Write(snapshot.Names.Count);
        foreach (string name in snapshot.Names) writer.Write(name);
        writer.Write(snapshot.Threads.Count);
        foreach (TraceThread thread in snapshot.Threads) Write(writer, thread);
    }

    /// <summary>Reads a trace. Tables that this process does not know are declared by it.</summary>
    /// <exception cref="InvalidDataException">It is no trace, or it ends too early.</exception>
    public static TraceSnapshot Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        try
        {
            if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic)) throw new InvalidDataException("This is no trace of FastCore: it does not begin with FCTRACE1.");
            double scale = Stopwatch.Frequency / (double)reader.ReadInt64();
            long Ticks() => scale == 1 ? reader.ReadInt64() : (long)(reader.ReadInt64() * scale);
            long start = Ticks();
            long end = Ticks();
            var ids = new Dictionary<int, int>();
            for (int left = Count(reader); left > 0; left--) ReadTable(reader, ids);
            string[] names = [.. Repeat(reader, reader.ReadString)];
            TraceThread[] threads = [.. Repeat(reader, () => ReadThread(reader, Ticks, ids))];
            return new TraceSnapshot(start, end, threads) { Names = names };
        }
        catch (Exception broken) when (broken is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"The trace is damaged: {broken.Message}", broken);
        }
    }

    private static void Write(BinaryWriter writer, TransitionTable table)
    {
        writer.Write(table.Name);
        writer.Write(table.Summary);
        writer.Write(table.Initial);
        writer.Write(table.Transitions.Count);
        foreach (Transition step in table.Transitions)
        {
            writer.Write(step.Id);
            writer.Write(step.From);
            writer.Write(step.Name);
            writer.Write(step.To);
        }
    }

    private static void Write(BinaryWriter writer, TraceThread thread)
    {
        writer.Write(thread.Id);
        writer.Write(thread.Name);
        writer.Write(thread.Overwritten);
        writer.Write(thread.Events.Count);
        foreach (TraceEvent one in thread.Events)
        {
            writer.Write(one.Timestamp);
            writer.Write(one.Subject);
            writer.Write(one.Argument);
            writer.Write(one.TransitionId);
        }
    }

    private static void ReadTable(BinaryReader reader, Dictionary<int, int> ids)
    {
        string name = reader.ReadString();
        string summary = reader.ReadString();
        string initial = reader.ReadString();
        (int Id, Transition Step)[] steps = [.. Repeat(reader, () => (reader.ReadInt32(), new Transition(reader.ReadString(), reader.ReadString(), reader.ReadString())))];
        TransitionTable table = TransitionTable.Find(name, steps.Select(static one => one.Step)) ?? new TransitionTable(name, summary, initial, [.. steps.Select(static one => one.Step)]);
        foreach (((int Id, Transition _) read, Transition known) in steps.Zip(table.Transitions)) ids[read.Id] = known.Id;
    }

    private static TraceThread ReadThread(BinaryReader reader, Func<long> ticks, Dictionary<int, int> ids)
    {
        int id = reader.ReadInt32();
        string name = reader.ReadString();
        long overwritten = reader.ReadInt64();
        return new TraceThread(id, name, [.. Repeat(reader, () => new TraceEvent(ticks(), reader.ReadInt64(), reader.ReadInt64(), ids.GetValueOrDefault(reader.ReadInt32())))], overwritten);
    }

    private static IEnumerable<T> Repeat<T>(BinaryReader reader, Func<T> read)
    {
        for (int left = Count(reader); left > 0; left--) yield return read();
    }

    private static int Count(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        return count >= 0 ? count : throw new InvalidDataException("The trace is damaged: a count is below zero.");
    }
}

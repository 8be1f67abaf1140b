// Little-endian; texts are UTF-8 with their length before them, as BinaryWriter writes them. In this order:
//
//   8 bytes   "FCTRACE1"
//   int64     ticks a second; start; end
//   int32     tables, and for each: name, summary, initial state, int32 transitions, and for each: int32 id, from, name, to
//   int32     names, and for each: the text
//   int32     threads, and for each: int32 id, name, int64 overwritten, int32 events, and for each: int64 timestamp, subject,
//             argument, int32 transition id

using System.Diagnostics;
using System.Text;

namespace FastCore.Tracing.Exporting;

/// <summary>Keeps traces in files, which say themselves what their events mean: another process, and a later version, read them.</summary>
public static class TraceFile
{
    /// <summary>Bytes; a name is a method's, with its spawn place.</summary>
    private const int LongestText = 1 << 20;

    private static readonly byte[] Magic = "FCTRACE1"u8.ToArray();

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a trace.</summary>
    public static void Write(TraceSnapshot snapshot, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(stream);
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
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

    /// <summary>Reads a trace. Tables that this process does not know are declared by it, once the whole trace is known to be good.</summary>
    /// <exception cref="InvalidDataException">It is no trace, it ends too early, or it is damaged; then it has left nothing behind.</exception>
    public static TraceSnapshot Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var reader = new BinaryReader(stream, Utf8, leaveOpen: true);
        try
        {
            if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic)) throw new InvalidDataException("This is no trace of FastCore: it does not begin with FCTRACE1.");
            long frequency = reader.ReadInt64();
            if (frequency <= 0) throw Damaged("its clock has no ticks");
            double scale = Stopwatch.Frequency / (double)frequency;
            long Ticks() => scale == 1 ? reader.ReadInt64() : (long)(reader.ReadInt64() * scale);
            long start = Ticks();
            long end = Ticks();
            SavedTable[] tables = [.. Repeat(reader, () => ReadTable(reader))];
            string[] names = [.. Repeat(reader, () => ReadText(reader))];
            TraceThread[] threads = [.. Repeat(reader, () => ReadThread(reader, Ticks))];
            Dictionary<int, int> ids = Declare(tables);
            return new TraceSnapshot(start, end, [.. threads.Select(thread => Translate(thread, ids))]) { Names = names };
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

    private static SavedTable ReadTable(BinaryReader reader)
    {
        string name = ReadText(reader);
        string summary = ReadText(reader);
        string initial = ReadText(reader);
        (int Id, Transition Step)[] steps = [.. Repeat(reader, () => (reader.ReadInt32(), new Transition(ReadText(reader), ReadText(reader), ReadText(reader))))];
        return new SavedTable([.. steps.Select(static one => one.Id)], TransitionTable.Draft(name, summary, initial, [.. steps.Select(static one => one.Step)]));
    }

    /// <summary>From the numbers that the file gives the steps to those that this process does.</summary>
    private static Dictionary<int, int> Declare(SavedTable[] saved)
    {
        int[] ids = [.. saved.SelectMany(static table => table.Ids)];
        if (ids.Distinct().Count() != ids.Length) throw Damaged("two steps have one number");
        IEnumerable<int> own = TransitionTable.Declare(saved.Select(static table => table.Draft)).SelectMany(static table => table.Transitions).Select(static step => step.Id);
        return ids.Zip(own).ToDictionary(static pair => pair.First, static pair => pair.Second);
    }

    /// <remarks>Its events have the file's numbers yet.</remarks>
    private static TraceThread ReadThread(BinaryReader reader, Func<long> ticks)
    {
        int id = reader.ReadInt32();
        string name = ReadText(reader);
        long overwritten = reader.ReadInt64();
        return new TraceThread(id, name, [.. Repeat(reader, () => new TraceEvent(ticks(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32()))], overwritten);
    }

    private static TraceThread Translate(TraceThread thread, Dictionary<int, int> ids) =>
        thread with { Events = [.. thread.Events.Select(one => one with { TransitionId = ids.GetValueOrDefault(one.TransitionId) })] };

    private static IEnumerable<T> Repeat<T>(BinaryReader reader, Func<T> read)
    {
        int left = reader.ReadInt32();
        if (left < 0) throw Damaged("a count is below zero");
        for (; left > 0; left--) yield return read();
    }

    /// <remarks>Not the reader's own: that believes any length, and takes what is no UTF-8 for a text.</remarks>
    private static string ReadText(BinaryReader reader)
    {
        int length = reader.Read7BitEncodedInt();
        if (length is < 0 or > LongestText) throw Damaged($"a text of {length} bytes");
        byte[] bytes = reader.ReadBytes(length);
        return bytes.Length == length ? Utf8.GetString(bytes) : throw new EndOfStreamException("It ends within a text.");
    }

    private static InvalidDataException Damaged(string how) => new($"The trace is damaged: {how}.");

    /// <summary>A table as a file has it.</summary>
    /// <param name="Ids">The file's numbers of its steps, in their order.</param>
    /// <param name="Draft">The table, which this process may or may not know.</param>
    private sealed record SavedTable(int[] Ids, TransitionTable Draft);
}

using System.Buffers.Text;
using System.Text;
using FastCore.Diagnostics;

namespace FastCore.Net.Diagnostics;

/// <summary>What a client of the control socket may ask for: a line of words with one space between them.</summary>
internal abstract record ControlRequest
{
    /// <summary>What is said to who asks for something else.</summary>
    public const string Usage = "Say snapshot, profile tasks|contention|leaks text|json|folded|speedscope MILLISECONDS [collect], trace for MILLISECONDS EVENTS [places], or trace last MILLISECONDS.";

    private const int MostMilliseconds = 600_000;
    private const int MostEvents = (1 << 18) - 1;

    /// <summary>How the process stands, as <see cref="LiveSnapshot"/> tells it.</summary>
    public sealed record Snapshot : ControlRequest;

    /// <summary>A profile.</summary>
    /// <param name="Subject">Of what: tasks, contention or leaks.</param>
    /// <param name="Format">How it is written.</param>
    /// <param name="OlderThan">What is left out of the tasks, or of the possible leaks.</param>
    /// <param name="Collect">Whether garbage is collected before leaks are looked for.</param>
    public sealed record Profile(string Subject, ProfileFormat Format, TimeSpan OlderThan, bool Collect) : ControlRequest;

    /// <summary>A trace of what comes.</summary>
    /// <param name="Time">For how long.</param>
    /// <param name="Events">How many of its last events each thread keeps, if nothing is recorded yet.</param>
    /// <param name="Places">Whether it is recorded where work is spawned, if nothing is recorded yet.</param>
    public sealed record TraceFor(TimeSpan Time, int Events, bool Places) : ControlRequest;

    /// <summary>A trace of what was.</summary>
    /// <param name="Time">How far back.</param>
    public sealed record TraceLast(TimeSpan Time) : ControlRequest;

    /// <summary>Reads a line without its end; null if it asks for nothing that there is.</summary>
    public static ControlRequest? Read(ReadOnlySpan<byte> line)
    {
        string[] words = Ascii.IsValid(line) ? Encoding.ASCII.GetString(line).Split(' ') : [];
        return words switch
        {
            ["snapshot"] => new Snapshot(),
            ["profile", "tasks" or "contention" or "leaks", var format, var older, .. var rest] when TryFormat(format, out var kind) && TryNumber(older, 0, MostMilliseconds, out var time) && rest is [] or ["collect"] =>
                new Profile(words[1], kind, TimeSpan.FromMilliseconds(time), rest.Length == 1),
            ["trace", "for", var length, var kept, .. var rest] when TryNumber(length, 1, MostMilliseconds, out var time) && TryNumber(kept, 1, MostEvents, out var events) && rest is [] or ["places"] =>
                new TraceFor(TimeSpan.FromMilliseconds(time), events, rest.Length == 1),
            ["trace", "last", var length] when TryNumber(length, 1, MostMilliseconds, out var time) => new TraceLast(TimeSpan.FromMilliseconds(time)),
            _ => null,
        };
    }

    private static bool TryFormat(string word, out ProfileFormat format)
    {
        ProfileFormat? found = word switch { "text" => ProfileFormat.Text, "json" => ProfileFormat.Json, "folded" => ProfileFormat.Folded, "speedscope" => ProfileFormat.Speedscope, _ => null };
        format = found ?? default;
        return found != null;
    }

    private static bool TryNumber(string word, int least, int most, out int number) =>
        Utf8Parser.TryParse(Encoding.ASCII.GetBytes(word), out number, out var used) && used == word.Length && number >= least && number <= most;
}

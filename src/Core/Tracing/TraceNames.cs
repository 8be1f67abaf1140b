using System.Collections.Concurrent;

namespace FastCore.Tracing;

/// <summary>Texts that events name by a number: kept once for the process, for the same methods are traced again and again.</summary>
internal static class TraceNames
{
    /// <summary>No more than this are kept; what comes after them has no name.</summary>
    internal const int Most = 1 << 20;

    private static readonly Lock Adding = new();

    private static readonly ConcurrentDictionary<string, int> Numbers = new() { [string.Empty] = 0 };

    private static readonly List<string> Texts = [string.Empty];

    /// <summary>The number of a text: its index in <see cref="Copy"/>.</summary>
    internal static int Intern(string text) => Numbers.TryGetValue(text, out int number) ? number : Add(text);

    internal static string[] Copy()
    {
        lock (Adding) return [.. Texts];
    }

    private static int Add(string text)
    {
        lock (Adding)
        {
            if (Numbers.TryGetValue(text, out int number)) return number;
            if (Texts.Count == Most) return 0;
            Texts.Add(text);
            return Numbers[text] = Texts.Count - 1;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FastCore.Perf.Processes;

/// <summary>Processors by number, written as the kernel and taskset write them: <c>0,2-5</c>.</summary>
public static class CpuList
{
    /// <summary>The kernel's mask holds this many in the calls made here.</summary>
    public const int Maximum = 1024;

    /// <summary>Reads a list; on failure <paramref name="problem"/> says what to write.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out int[]? cpus, [NotNullWhen(false)] out string? problem)
    {
        var found = new SortedSet<int>();
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2
                || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                || last < first || last >= Maximum)
            {
                cpus = null;
                problem = $"'{text}' is no list of processors. Write numbers and ranges, for example 0,2-3.";
                return false;
            }
            for (var cpu = first; cpu <= last; cpu++) found.Add(cpu);
        }
        cpus = [.. found];
        problem = null;
        return true;
    }

    /// <summary>The list as text, ranges joined.</summary>
    public static string Format(IReadOnlyList<int> cpus)
    {
        var parts = new List<string>();
        for (var i = 0; i < cpus.Count; i++)
        {
            var first = i;
            while (i + 1 < cpus.Count && cpus[i + 1] == cpus[i] + 1) i++;
            parts.Add(first == i ? $"{cpus[i]}" : $"{cpus[first]}-{cpus[i]}");
        }
        return string.Join(',', parts);
    }
}

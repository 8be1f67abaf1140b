using System.Text;
using FastCore.Tracing.Analysis;

namespace FastCore.Tracing.Exporting;

/// <summary>Writes a transition table as the text of a Mermaid state diagram.</summary>
public static class MermaidDiagram
{
    /// <summary>The diagram, of lines that end with a line feed.</summary>
    /// <param name="table">What to draw.</param>
    /// <param name="counts">If given, each step that was taken says how often, and after how long.</param>
    public static string Write(TransitionTable table, TraceCounts? counts = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        var text = new StringBuilder("stateDiagram-v2\n");
        for (int i = 0; i < table.States.Count; i++) text.Append($"    state \"{table.States[i]}\" as s{i}\n");
        text.Append("    [*] --> s0\n");
        foreach (Transition step in table.Transitions) text.Append($"    s{IndexOf(table, step.From)} --> s{IndexOf(table, step.To)} : {TraceCounts.Label(step, counts)}\n");
        return text.ToString();
    }

    private static int IndexOf(TransitionTable table, string state) => table.States.Index().First(one => one.Item == state).Index;
}

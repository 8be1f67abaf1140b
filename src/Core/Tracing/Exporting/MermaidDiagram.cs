using System.Text;

namespace FastCore.Tracing.Exporting;

/// <summary>Writes a transition table as the text of a Mermaid state diagram.</summary>
public static class MermaidDiagram
{
    /// <summary>The diagram, of lines that end with a line feed.</summary>
    public static string Write(TransitionTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var text = new StringBuilder("stateDiagram-v2\n");
        for (int i = 0; i < table.States.Count; i++) text.Append($"    state \"{table.States[i]}\" as s{i}\n");
        text.Append("    [*] --> s0\n");
        foreach (Transition step in table.Transitions) text.Append($"    s{IndexOf(table, step.From)} --> s{IndexOf(table, step.To)} : {step.Name}\n");
        return text.ToString();
    }

    private static int IndexOf(TransitionTable table, string state) => table.States.Index().First(one => one.Item == state).Index;
}

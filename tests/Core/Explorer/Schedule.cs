using System.Text;

namespace FastCore.Tests.Explorer;

/// <summary>What the scheduler can do next.</summary>
internal enum Act : byte
{
    /// <summary>A thread takes its next step.</summary>
    Step,

    /// <summary>A thread takes its next step, a store that stays in its buffer.</summary>
    Delay,

    /// <summary>A thread's oldest delayed store becomes visible.</summary>
    Flush,
}

/// <summary>One decision of the scheduler.</summary>
internal readonly record struct Decision(Act Act, int Thread);

/// <summary>
/// A schedule as text. Threads are letters in the order in which the model names them: <c>a3</c> is three steps of the
/// first, <c>b!</c> a delayed store of the second, <c>B</c> the arrival of that store.
/// </summary>
internal static class Schedule
{
    internal static string Print(IReadOnlyList<Decision> decisions)
    {
        var text = new StringBuilder();
        for (int i = 0, run; i < decisions.Count; i += run)
        {
            Decision decision = decisions[i];
            run = 1;
            if (decision.Act == Act.Step)
            {
                while (i + run < decisions.Count && decisions[i + run] == decision) run++;
            }

            if (i > 0) text.Append(' ');
            text.Append((char)((decision.Act == Act.Flush ? 'A' : 'a') + decision.Thread));
            if (decision.Act == Act.Delay) text.Append('!');
            if (run > 1) text.Append(run);
        }

        return text.ToString();
    }

    internal static IReadOnlyList<Decision> Parse(string text)
    {
        var decisions = new List<Decision>();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Decision decision = char.IsAsciiLetterUpper(word[0]) ? new(Act.Flush, word[0] - 'A')
                : word.EndsWith('!') ? new(Act.Delay, word[0] - 'a')
                : new(Act.Step, word[0] - 'a');
            int run = decision.Act == Act.Step && word.Length > 1 ? int.Parse(word.AsSpan(1)) : 1;
            decisions.AddRange(Enumerable.Repeat(decision, run));
        }

        return decisions;
    }
}

namespace FastCore.Tests.Explorer;

/// <summary>One execution's program, as its author builds it: shared state, two or three threads, a check at the end.</summary>
internal sealed class Model
{
    private readonly List<ModelBody> _bodies = [];
    private Action? _atEnd;

    internal IReadOnlyList<ModelBody> Bodies => _bodies;

    internal Func<bool>? Shared { get; private set; }

    /// <summary>Adds a thread. What it shares with others it must reach through <see cref="ExplorerAtomics"/> alone.</summary>
    internal void Thread(string name, Action body)
    {
        if (_bodies.Count == VectorClock.Threads) throw new InvalidOperationException($"A model has at most {VectorClock.Threads} threads.");
        _bodies.Add(new ModelBody(name, body));
    }

    /// <summary>
    /// Names what threads may read without a step, such as whether a token has fired. Each of their steps then counts as a look
    /// at it, so that <see cref="ModelChecker.Merges"/> can tell apart who has seen what.
    /// </summary>
    internal void Shares(Func<bool> plain)
    {
        if (Shared is not null) throw new InvalidOperationException("A model shares one thing at most.");
        Shared = plain;
    }

    /// <summary>Runs when all threads have ended and every delayed store has arrived.</summary>
    internal void AtEnd(Action check) => _atEnd += check;

    /// <summary>Ends the execution with a failure unless <paramref name="condition"/> holds. Use it in place of assertions of the test framework.</summary>
    internal static void Require(bool condition, string sentence)
    {
        if (!condition) throw new ModelFailureException(sentence);
    }

    /// <summary>
    /// The calling thread goes on only when <paramref name="condition"/> holds; when no other thread can make it so, the
    /// execution ends as a deadlock. The condition may read through <see cref="ExplorerAtomics"/> and must change nothing.
    /// </summary>
    internal static void WaitUntil(Func<bool> condition) => ModelThread.Required.WaitUntil(condition);

    /// <summary>Adds a line to the story that a failure tells.</summary>
    internal static void Note(string line) => ModelThread.Current?.Note(line);

    internal void CheckEnd() => _atEnd?.Invoke();
}

/// <summary>A thread of a model before it runs.</summary>
internal readonly record struct ModelBody(string Name, Action Run);

/// <summary>What a model's author calls wrong; the message is the sentence.</summary>
internal sealed class ModelFailureException(string sentence) : Exception(sentence);

/// <summary>Unwinds a model thread whose execution has ended before it did. Thrown by every access it still makes.</summary>
internal sealed class ExecutionAbandonedException() : Exception("The execution has ended; this thread only unwinds.");

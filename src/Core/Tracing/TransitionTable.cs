using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace FastCore.Tracing;

/// <summary>The states of a life and the steps permitted between them. Immutable; declared once, by the code that takes the steps.</summary>
public sealed class TransitionTable
{
    private static readonly Lock Registering = new();

    private static ImmutableList<Transition> _registered = [];

    /// <param name="name">What lives, such as <c>waiter</c>.</param>
    /// <param name="summary">What it is, in a sentence.</param>
    /// <param name="initial">The state in which a life begins.</param>
    /// <param name="transitions">The permitted steps. A transition belongs to one table.</param>
    /// <exception cref="ArgumentException">
    /// A step is there twice, a state can't be reached from the initial one, or a transition is in a table already.
    /// </exception>
    public TransitionTable(string name, string summary, string initial, params ReadOnlySpan<Transition> transitions)
        : this(name, summary, initial, transitions.ToArray())
    {
        lock (Registering) Register();
    }

    private TransitionTable(string name, string summary, string initial, Transition[] transitions)
    {
        Name = name;
        Summary = summary;
        Initial = initial;
        Transitions = transitions;
        States = [.. Transitions.SelectMany(static one => (string[])[one.From, one.To]).Prepend(initial).Distinct()];
        ThrowIfMalformed();
    }

    /// <summary>What lives.</summary>
    public string Name { get; }

    /// <summary>What it is, in a sentence.</summary>
    public string Summary { get; }

    /// <summary>The state in which a life begins.</summary>
    public string Initial { get; }

    /// <summary>The states, the initial one first.</summary>
    public IReadOnlyList<string> States { get; }

    /// <summary>The permitted steps.</summary>
    public IReadOnlyList<Transition> Transitions { get; }

    /// <summary>Finds the transition that an event names.</summary>
    /// <param name="id">The event's <see cref="TraceEvent.TransitionId"/>.</param>
    /// <param name="transition">The transition.</param>
    /// <returns>False: no table that this process has declared holds it.</returns>
    public static bool TryFind(int id, [MaybeNullWhen(false)] out Transition transition)
    {
        ImmutableList<Transition> registered = Volatile.Read(ref _registered);
        transition = id > 0 && id <= registered.Count ? registered[id - 1] : null;
        return transition is not null;
    }

    /// <summary>A table that is well-formed and not declared: events can't name its steps until it is.</summary>
    /// <exception cref="ArgumentException">A step is there twice, or a state can't be reached from the initial one.</exception>
    internal static TransitionTable Draft(string name, string summary, string initial, Transition[] transitions) => new(name, summary, initial, transitions);

    /// <summary>For each draft the table that this process has declared with its name and steps, or else the draft, which is declared.</summary>
    internal static TransitionTable[] Declare(IEnumerable<TransitionTable> drafts)
    {
        // Before the lock: who declares them first takes it.
        IReadOnlyList<TransitionTable> own = CoreTransitionTables.All;
        lock (Registering)
        {
            var known = new Dictionary<string, TransitionTable>();
            foreach (TransitionTable table in own.Concat(_registered.Select(static one => one.Table))) known.TryAdd(table.Identity, table);
            return [.. drafts.Select(draft =>
            {
                if (known.TryGetValue(draft.Identity, out TransitionTable? declared)) return declared;
                draft.Register();
                return known[draft.Identity] = draft;
            })];
        }
    }

    /// <summary>What makes two tables the same: length before text, so that no two differ and are told alike.</summary>
    private string Identity => field ??= string.Concat(Transitions.SelectMany(static one => (string[])[one.From, one.Name, one.To]).Prepend(Name).Select(static text => $"{text.Length}:{text}"));

    /// <summary>Gives its steps their numbers. Under the lock.</summary>
    private void Register()
    {
        foreach (Transition one in Transitions)
        {
            one.Join(this, _registered.Count + 1);
            _registered = _registered.Add(one);
        }
    }

    private void ThrowIfMalformed()
    {
        var reached = new HashSet<string> { Initial };
        while (Transitions.Any(one => reached.Contains(one.From) && reached.Add(one.To)))
        {
        }

        if (States.FirstOrDefault(state => !reached.Contains(state)) is { } orphan)
            throw new ArgumentException($"The state '{orphan}' of '{Name}' can't be reached from '{Initial}'.");
        if (Transitions.GroupBy(static one => (one.From, one.Name, one.To)).FirstOrDefault(static same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"The table '{Name}' has the step '{twice.Key.Name}' from '{twice.Key.From}' twice.");
    }
}

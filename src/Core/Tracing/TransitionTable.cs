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
    {
        Name = name;
        Summary = summary;
        Initial = initial;
        Transitions = [.. transitions];
        States = [.. Transitions.SelectMany(static one => (string[])[one.From, one.To]).Prepend(initial).Distinct()];
        ThrowIfMalformed();
        lock (Registering)
        {
            foreach (Transition one in Transitions)
            {
                one.Join(this, _registered.Count + 1);
                _registered = _registered.Add(one);
            }
        }
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

    /// <summary>A table that this process has declared, by its name and its steps; null if there is none.</summary>
    internal static TransitionTable? Find(string name, IEnumerable<Transition> steps)
    {
        (string, string, string)[] wanted = [.. steps.Select(static one => (one.From, one.Name, one.To))];
        return CoreTransitionTables.All.Concat(Volatile.Read(ref _registered).Select(static one => one.Table).Distinct()).FirstOrDefault(table =>
            table.Name == name && table.Transitions.Select(static one => (one.From, one.Name, one.To)).SequenceEqual(wanted));
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

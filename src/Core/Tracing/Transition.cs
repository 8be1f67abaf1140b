namespace FastCore.Tracing;

/// <summary>A permitted step of a life: an edge of a <see cref="TransitionTable"/>, and a kind of event in the trace.</summary>
public sealed class Transition
{
    private TransitionTable? _table;

    /// <param name="from">The state before.</param>
    /// <param name="name">What happens, a verb.</param>
    /// <param name="to">The state after.</param>
    public Transition(string from, string name, string to)
    {
        From = from;
        Name = name;
        To = to;
    }

    /// <summary>The state before.</summary>
    public string From { get; }

    /// <summary>What happens.</summary>
    public string Name { get; }

    /// <summary>The state after.</summary>
    public string To { get; }

    /// <summary>The number by which events name it: no other's in this process, above 0. 0 until it is in a table.</summary>
    public int Id { get; private set; }

    /// <summary>The table it is in.</summary>
    /// <exception cref="InvalidOperationException">It is in none yet.</exception>
    public TransitionTable Table => _table ?? throw new InvalidOperationException($"The transition '{Name}' is in no table: pass it to one.");

    /// <inheritdoc/>
    public override string ToString() => $"{_table?.Name}: {From} —{Name}→ {To}";

    internal void Join(TransitionTable table, int id)
    {
        if (_table is not null) throw new ArgumentException($"The transition '{Name}' is in the table '{_table.Name}' already.");
        _table = table;
        Id = id;
    }
}

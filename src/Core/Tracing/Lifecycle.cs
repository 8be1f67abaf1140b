using System.Diagnostics;

namespace FastCore.Tracing;

/// <summary>Where one subject stands in its table: a field of what lives. Not thread-safe: by whoever may take the step.</summary>
/// <remarks>
/// In debug builds it knows the state and refuses a step that the table does not permit. In release builds it is the
/// subject's number alone, and a step costs one test of the tracer's switch.
/// </remarks>
internal struct Lifecycle
{
#if DEBUG
    private string? _state;
#endif

    /// <summary>Whether steps are looked at; ask before the step is worked out.</summary>
    internal static bool IsWatched =>
#if DEBUG
        true;
#else
        Tracer.IsOn;
#endif

    /// <summary>Its number in the trace; 0 for a life that began while tracing was off, which is not traced.</summary>
    internal long Subject { get; private set; }

    /// <summary>Begins a life, in the table's initial state.</summary>
    internal void Begin()
    {
        this = default;
        if (Tracer.IsOn) Subject = Tracer.NewSubject();
    }

    /// <summary>Begins a life that lasts longer than a recording: each recording knows it.</summary>
    internal void BeginLasting() => BeginAs(Tracer.NewSubject());

    /// <summary>Begins a life that goes by the number of another.</summary>
    internal void BeginAs(long subject)
    {
        this = default;
        Subject = subject;
    }

    /// <summary>Takes a step.</summary>
    /// <exception cref="InvalidOperationException">In debug builds: the table does not permit it now.</exception>
    internal void Step(Transition transition, long argument = 0)
    {
        Check(transition);
        if (Tracer.IsOn && Subject != 0) Tracer.Record(transition, Subject, argument);
    }

    [Conditional("DEBUG")]
    private void Check(Transition transition)
    {
#if DEBUG
        string state = _state ?? transition.Table.Initial;
        if (state != transition.From) throw new InvalidOperationException($"{transition} is not permitted: it is {state}.");
        _state = transition.To;
#endif
    }
}

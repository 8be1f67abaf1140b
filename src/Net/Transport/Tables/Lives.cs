using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastCore.Tracing;

namespace FastCore.Net.Transport.Tables;

/// <summary>The lives of one subject, such as those of a connection: it stands in a state of each of its tables. On its reactor's thread.</summary>
/// <remarks>
/// In debug builds it knows the states and asserts that the table permits the step. In release builds it is the
/// subject's number in the trace, which is drawn at its first step while tracing is on: so one that is older than the
/// recording joins it in the state it is in.
/// </remarks>
internal struct Lives
{
#if DEBUG
    private Dictionary<TransitionTable, string>? _states;
#endif

    private long _subject;

    /// <summary>Whether steps are looked at; ask before the step is worked out.</summary>
    public static bool AreWatched
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
#if DEBUG
        get => true;
#else
        get => Tracer.IsOn;
#endif
    }

    /// <summary>Takes a step.</summary>
    public void Step(Transition step, long argument = 0)
    {
        Check(step);
        if (Tracer.IsOn) Tracer.Record(step, Subject(), argument);
    }

    /// <summary>Takes a step whose argument is the time that has passed.</summary>
    /// <param name="step">The step.</param>
    /// <param name="start">Since when; zero if that is not known.</param>
    /// <param name="times">How often; more than once only a step that leads back to where it began.</param>
    public void StepSince(Transition step, long start, int times = 1)
    {
        Debug.Assert(times == 1 || step.From == step.To, "A step that leads elsewhere is taken once.");
        Check(step);
        if (Tracer.IsOn) Tracer.RecordSince(step, Subject(), start, times);
    }

    private long Subject() => _subject != 0 ? _subject : _subject = Tracer.NewSubject();

    [Conditional("DEBUG")]
    private void Check(Transition step)
    {
#if DEBUG
        _states ??= [];
        var state = _states.GetValueOrDefault(step.Table, step.Table.Initial);
        Debug.Assert(state == step.From, $"{step} is not permitted: it is {state}.");
        _states[step.Table] = step.To;
#endif
    }
}

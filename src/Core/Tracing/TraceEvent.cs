using System.Runtime.InteropServices;

namespace FastCore.Tracing;

/// <summary>One event, of fixed size (32 bytes).</summary>
/// <param name="Timestamp">When, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</param>
/// <param name="Subject">Whose life it belongs to: a number from <see cref="Tracer.NewSubject"/>.</param>
/// <param name="Argument">What the transition says it is; often the number of another subject.</param>
/// <param name="TransitionId">Which transition took place: <see cref="Transition.Id"/>.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct TraceEvent(long Timestamp, long Subject, long Argument, int TransitionId);

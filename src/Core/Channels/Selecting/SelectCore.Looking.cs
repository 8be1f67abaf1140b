// What a live view sees of a select: one wait, for all of its cases.

using FastCore.Diagnostics;

namespace FastCore.Channels.Selecting;

internal sealed partial class SelectCore<TAtomics>
{
    private Func<WaitTarget?, WaitTarget>? _targetAfter;

    /// <summary>What it waits on with the cases that it has now, those not left out that take no part.</summary>
    private WaitTarget TargetAfter(WaitTarget? before) => before?.Cases == _cases.Count ? before : new WaitTarget([.. _cases.Select(static one => one.WaitsFor)]);
}

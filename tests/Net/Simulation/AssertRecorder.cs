using System.Diagnostics;

namespace FastCore.Net.Tests.Simulation;

/// <summary>Turns a failed Debug.Assert on a simulated reactor's thread into a violation of that run, instead of the end of the process.</summary>
internal sealed class AssertRecorder : TraceListener
{
    private readonly DefaultTraceListener _others = new();

    private AssertRecorder() { }

    /// <summary>The kernel whose reactor runs on this thread.</summary>
    [field: ThreadStatic]
    public static SimulatedKernel? Kernel { get; set; }

    public static IDisposable Install() => new Installation();

    public override void Fail(string? message, string? detailMessage)
    {
        if (Kernel is { } kernel) kernel.Fail($"Assertion failed: {message} {detailMessage}\n{new StackTrace(1)}");
        else _others.Fail(message, detailMessage);
    }

    public override void Fail(string? message) => Fail(message, null);

    public override void Write(string? message) { }

    public override void WriteLine(string? message) { }

    private sealed class Installation : IDisposable
    {
        private readonly TraceListener[] _before = [.. Trace.Listeners.Cast<TraceListener>()];

        public Installation()
        {
            Trace.Listeners.Clear();
            Trace.Listeners.Add(new AssertRecorder());
        }

        public void Dispose()
        {
            Trace.Listeners.Clear();
            Trace.Listeners.AddRange(_before);
        }
    }
}

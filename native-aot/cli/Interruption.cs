using System.Runtime.InteropServices;

namespace FastCore.Cli;

/// <summary>Ctrl-C, SIGTERM and the end of the terminal as a token: the first asks the command to end, one after that ends the process as usual.</summary>
internal sealed class Interruption : IDisposable
{
    // Who signals a group of processes and this one, too, as timeout(1) does, sends twice at once and means it once.
    private const long SameSignalMilliseconds = 500;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private long _first = long.MaxValue;

    /// <param name="onHangUp">What SIGHUP means instead of the end, as it does to a server that has something to read again.</param>
    public Interruption(Action? onHangUp = null)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, onHangUp == null ? OnSignal : OnHangUp),
        ];

        void OnHangUp(PosixSignalContext context)
        {
            context.Cancel = true;
            onHangUp();
        }
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        var now = Environment.TickCount64;
        var first = Interlocked.CompareExchange(ref _first, now, long.MaxValue);
        context.Cancel = first == long.MaxValue || now - first < SameSignalMilliseconds;
        _source.Cancel();
    }
}

// The thread that relieves the relays whose present run does not end. It sleeps while none is active.
//
// No lost wake-up: a relay becomes active (an exchange) and then looks whether the monitor sleeps; the monitor says that it
// sleeps (an exchange) and then looks once more whether a relay is active. Both are full fences, so one of the two sees the
// other.

namespace FastCore.Continuations;

/// <summary>Looks after the relays of all threads.</summary>
internal static class RelayMonitor
{
    /// <summary>So many looks that find no relay active, and it sleeps until one is.</summary>
    private const int LooksBeforeSleep = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2);

    private static readonly Lock Gate = new();

    /// <summary>A thread's relay goes with its thread.</summary>
    private static readonly List<Watched> Relays = [];

    private static readonly AutoResetEvent Wake = new(initialState: false);

    private static int _isAsleep;

    private static bool _isStarted;

    internal static void WakeIfAsleep()
    {
        if (Volatile.Read(ref _isAsleep) != 0 && Interlocked.Exchange(ref _isAsleep, 0) != 0) Wake.Set();
    }

    internal static void Register(Relay relay)
    {
        lock (Gate)
        {
            Relays.Add(new Watched(relay));
            if (_isStarted) return;
            _isStarted = true;
            new Thread(Watch) { IsBackground = true, Name = "FastCore relay monitor" }.UnsafeStart();
        }
    }

    private static void Watch()
    {
        int idle = 0;
        while (true)
        {
            Wake.WaitOne(Interval);
            if (LookAtAll())
            {
                idle = 0;
            }
            else if (++idle == LooksBeforeSleep)
            {
                Sleep();
                idle = 0;
            }
        }
    }

    private static void Sleep()
    {
        Interlocked.Exchange(ref _isAsleep, 1);
        if (LookAtAll() && Interlocked.Exchange(ref _isAsleep, 0) != 0) return;
        Wake.WaitOne();
    }

    /// <returns>Whether any relay is active.</returns>
    private static bool LookAtAll()
    {
        lock (Gate)
        {
            bool any = false;
            for (int i = Relays.Count - 1; i >= 0; i--)
            {
                if (Relays[i].Relay.TryGetTarget(out Relay? relay)) any |= Relays[i].Look(relay);
                else Relays.RemoveAt(i);
            }

            return any;
        }
    }

    private sealed class Watched(Relay relay)
    {
        private int _runs;

        internal WeakReference<Relay> Relay { get; } = new(relay);

        /// <returns>Whether the relay is active.</returns>
        internal bool Look(Relay relay)
        {
            if (!relay.IsActive) return false;
            int runs = relay.Runs;
            if (runs == _runs && relay.HasAny()) relay.Relieve();
            _runs = runs;
            return true;
        }
    }
}

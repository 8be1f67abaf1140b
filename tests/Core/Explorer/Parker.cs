using System.Runtime.Intrinsics;

namespace FastCore.Tests.Explorer;

/// <summary>
/// Where a model thread sleeps until another wakes it: a semaphore that starts at zero. As a system call would, both sides
/// drain the caller's store buffer.
/// </summary>
internal sealed class Parker
{
    private Vector128<int> _clock;
    private ulong _version;

    /// <summary>Wake-ups that no park has used. More than zero at the end says that somebody was woken once too often.</summary>
    internal int Permits { get; private set; }

    internal void Park()
    {
        ModelThread thread = ModelThread.Required;
        thread.Note("parks");
        thread.WaitUntil(() => Permits > 0);
        thread.Note("is awake");
        Permits--;
        thread.Learn(Did.Parked, _version);
        _version = Fingerprint.Link(_version, thread.Knowledge);
        thread.Acquire(_clock);
    }

    internal void Unpark()
    {
        ModelThread thread = ModelThread.Required;
        thread.FullFence();
        thread.Note("wakes");
        _clock = Vector128.Max(_clock, thread.Release());
        Permits++;
        thread.Learn(Did.Unparked, _version);
        _version = Fingerprint.Link(_version, thread.Knowledge);
        thread.Changed();
    }
}

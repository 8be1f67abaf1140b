using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace FastCore.Net.Transport;

/// <summary>
/// A file that is open to be read and sent, for as long as somebody holds it: whoever keeps it, each who reads it, and each send
/// queue that has a part of it. Thread-safe.
/// </summary>
/// <remarks>
/// Invariant: while the count is above zero the descriptor is this file's. At zero it is closed, and nobody can hold it any more;
/// so a hold is taken by compare-and-swap from a count above zero, and the one who brings it to zero is the only one who closes.
/// </remarks>
internal sealed class OpenFile
{
    private static int _live;

    private readonly SafeFileHandle _handle;
    private int _holders = 1;

    /// <summary>Takes the handle over; its maker is the first who holds the file.</summary>
    public OpenFile(SafeFileHandle handle)
    {
        _handle = handle;
        Interlocked.Increment(ref _live);
    }

    /// <summary>Files of this process that somebody holds, for audits.</summary>
    public static int Live => Volatile.Read(ref _live);

    /// <summary>Good for as long as the caller holds it.</summary>
    public SafeFileHandle Handle
    {
        get
        {
            Debug.Assert(Volatile.Read(ref _holders) > 0, "Who uses a file holds it.");
            return _handle;
        }
    }

    /// <inheritdoc cref="Handle"/>
    public int Descriptor => (int)Handle.DangerousGetHandle();

    /// <summary>Takes a hold on it; false if it has been closed.</summary>
    public bool TryHold()
    {
        for (var holders = Volatile.Read(ref _holders); holders > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders) return true;
            holders = seen;
        }
        return false;
    }

    /// <summary>Gives a hold back; the last closes the file.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _holders);
        Debug.Assert(left >= 0, "A hold is given back once.");
        if (left > 0) return;
        _handle.Dispose();
        Interlocked.Decrement(ref _live);
    }
}

using FastCore.Atomics;

namespace FastCore.Channels.Leases;

/// <summary>How many leases are out. It starts at one; the step to zero happens once and is final.</summary>
/// <remarks>
/// The count moves by compare-and-swap from a value that was not zero, so nobody brings it back from there: a lease that is
/// shared while it is disposed elsewhere either counts before the last one went, or is refused.
/// </remarks>
internal struct LeaseCount<TAtomics>
    where TAtomics : struct, IAtomics
{
    private int _leases;

    public LeaseCount() => _leases = 1;

    /// <summary>Counts one more.</summary>
    /// <returns>False when the last one is gone: none was counted.</returns>
    internal bool TryAdd()
    {
        int leases = TAtomics.Read(in _leases);
        while (leases != 0)
        {
            int before = TAtomics.CompareExchange(ref _leases, checked(leases + 1), leases);
            if (before == leases) return true;
            leases = before;
        }

        return false;
    }

    /// <summary>Counts one less. Once for the first lease, and once for each that was added.</summary>
    /// <returns>Whether it was the last.</returns>
    internal bool Remove() => TAtomics.Add(ref _leases, -1) == 0;
}

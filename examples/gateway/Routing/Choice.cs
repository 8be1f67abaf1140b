using FastCore.Gateway.Configuration;
using FastCore.Gateway.Limits;

namespace FastCore.Gateway.Routing;

/// <summary>Chooses among a route's destinations those whose breaker lets a request through. Any thread may use it.</summary>
internal sealed class Choice(Destination[] destinations, Balance balance)
{
    private uint _next;

    /// <summary>Finds a destination for a request.</summary>
    /// <param name="tried">The destinations that have failed this request, a bit each.</param>
    /// <param name="index">The one that is chosen.</param>
    /// <param name="pass">Its breaker's leave.</param>
    /// <param name="wait">If none is: how long until one might be.</param>
    public bool TryChoose(ulong tried, out int index, out BreakerPass pass, out TimeSpan wait)
    {
        wait = TimeSpan.MaxValue;
        var start = destinations.Length == 1 ? 0 : (int)(Interlocked.Increment(ref _next) % (uint)destinations.Length);
        var refused = tried;
        while ((index = balance == Balance.LeastRequests ? Least(start, refused) : First(start, refused)) >= 0)
        {
            if (destinations[index].Breaker.TryEnter(out pass, out var itsWait)) return true;
            if (itsWait < wait) wait = itsWait;
            refused |= 1ul << index;
        }
        pass = default;
        return false;
    }

    private int First(int start, ulong refused)
    {
        for (var i = 0; i < destinations.Length; i++)
        {
            var index = (start + i) % destinations.Length;
            if ((refused >> index & 1) == 0) return index;
        }
        return -1;
    }

    // From another place each time, so that equals take turns.
    private int Least(int start, ulong refused)
    {
        var (best, fewest) = (-1, int.MaxValue);
        for (var i = 0; i < destinations.Length; i++)
        {
            var index = (start + i) % destinations.Length;
            if ((refused >> index & 1) != 0 || destinations[index].InFlight >= fewest) continue;
            (best, fewest) = (index, destinations[index].InFlight);
        }
        return best;
    }
}

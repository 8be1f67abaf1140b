namespace FastCore.Channels;

/// <summary>
/// How many operations of a side fence, without a sleep between them, before their channel goes unfenced: the longer, the less
/// going unfenced has paid. Under the channel's gate, but for the count itself.
/// </summary>
/// <remarks>
/// What a fence on all processors costs is some hundred single ones on a machine of its own, and ten thousand on a virtual one
/// whose processors interrupt each other through its host. So it is timed, and set against the time that the channel was
/// unfenced before it: that must be some times as long, for a fence is a part of what an operation takes.
/// </remarks>
internal struct FencePatience
{
    internal const int Least = 160;

    internal const int Most = 10_000;

    /// <summary>The time unfenced that pays for a fence on all processors, in times of that.</summary>
    private const int Worthwhile = 4;

    private readonly bool _isFixed;

    private int _count;

    /// <param name="count">For good; 0 for what turns out to pay.</param>
    internal FencePatience(int count)
    {
        _isFixed = count != 0;
        _count = _isFixed ? count : Least;
    }

    /// <summary>By any thread; an old value does no harm.</summary>
    internal readonly int Count => _count;

    /// <summary>A fence on all processors was needed because the channel was unfenced.</summary>
    /// <param name="unfenced">For how long it had been.</param>
    /// <param name="price">How long the fence took.</param>
    internal void Learn(TimeSpan unfenced, TimeSpan price)
    {
        if (_isFixed) return;
        bool hasPaid = unfenced >= Worthwhile * price;
        _count = hasPaid ? Math.Max(_count / 2, Least) : Math.Min(_count * 2, Most);
    }
}

using System.Runtime.InteropServices;

namespace FastCore.Channels.Queues;

/// <summary>
/// Tells a keeper of spare memory of each full collection, for as long as the keeper lives: an object that nobody holds, whose
/// finalizer registers it again (as <c>ArrayPool&lt;T&gt;.Shared</c> trims itself).
/// </summary>
internal sealed class SpareTrimmer
{
    /// <summary>Weak, and not a <see cref="WeakReference{T}"/>: that has a finalizer of its own, which may come first.</summary>
    private WeakGCHandle<ISpareKeeper> _keeper;

    private SpareTrimmer(ISpareKeeper keeper) => _keeper = new WeakGCHandle<ISpareKeeper>(keeper);

    ~SpareTrimmer()
    {
        if (!_keeper.TryGetTarget(out ISpareKeeper? keeper))
        {
            _keeper.Dispose();
            return;
        }

        // Until it is old itself, smaller collections come by too.
        if (GC.GetGeneration(this) == GC.MaxGeneration) keeper.DropUnused(IsMemoryShort);
        GC.ReRegisterForFinalize(this);
    }

    private static bool IsMemoryShort
    {
        get
        {
            GCMemoryInfo memory = GC.GetGCMemoryInfo();
            return memory.MemoryLoadBytes >= memory.HighMemoryLoadThresholdBytes * 0.9;
        }
    }

    internal static void Watch(ISpareKeeper keeper) => _ = new SpareTrimmer(keeper);
}

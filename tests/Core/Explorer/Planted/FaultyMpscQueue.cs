using System.Diagnostics.CodeAnalysis;
using FastCore.Rings;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Explorer.Planted;

/// <summary>The chain of rings, frozen, with one fault chosen at construction.</summary>
internal sealed class FaultyMpscQueue : IQueue<int>
{
    private readonly MpscFault _fault;
    private Segment _first = new();
    private Segment _last;

    internal FaultyMpscQueue(MpscFault fault)
    {
        _fault = fault;
        _last = _first;
    }

    public bool IsEmpty => ExplorerAtomics.Read(in _first) is { Ring.IsEmpty: true, Next: null };

    public bool TryEnqueue(int item)
    {
        while (true)
        {
            Segment segment = ExplorerAtomics.Read(in _last);
            if (segment.Ring.TryEnqueue(item)) return true;
            if (ExplorerAtomics.Read(in segment.Next) is null)
            {
                if (_fault != MpscFault.LinksWithoutClosing) segment.Ring.Close();
                ExplorerAtomics.CompareExchange(ref segment.Next, new Segment(), null);
            }

            ExplorerAtomics.CompareExchange(ref _last, ExplorerAtomics.Read(in segment.Next)!, segment);
        }
    }

    public bool TryDequeue([MaybeNullWhen(false)] out int item)
    {
        Segment segment = ExplorerAtomics.Read(in _first);
        while (!segment.Ring.TryDequeue(out item))
        {
            Segment? next = ExplorerAtomics.Read(in segment.Next);
            if (next is null) return false;
            if (_fault == MpscFault.None && !segment.Ring.IsDrained) return segment.Ring.TryDequeue(out item);
            ExplorerAtomics.Write(ref _first, next);
            segment = next;
        }

        return true;
    }

    private sealed class Segment
    {
        internal readonly MpmcRingCore<int, ExplorerAtomics> Ring = new(2);
        internal Segment? Next;
    }
}

internal enum MpscFault
{
    None,
    LinksWithoutClosing,
    LeavesWithoutLookingAgain,
}

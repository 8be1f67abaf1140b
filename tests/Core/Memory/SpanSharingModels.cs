using System.Runtime.InteropServices;
using FastCore.Atomics;
using FastCore.Memory;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Memory;

/// <summary>Every interleaving of a span's owner with those who free its blocks, on the shipped source.</summary>
[TestFixture]
internal sealed class SpanSharingModels
{
    // What the owner does, beginning with all blocks out: p(ut aside), f(ree one), r(eceive what came back), t(ake).
    private static readonly string[] Owners = ["p", "pf", "pfr", "prp", "tp", "pftp"];

    [TestCaseSource(nameof(Owners))]
    public void OwnerAndAnother(string owner) =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 3, DelayedStores = 1 }, model => Build<ExplorerAtomics>(model, owner, [2]));

    [TestCaseSource(nameof(Owners))]
    public void OwnerAndTwoOthers(string owner) =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 2, DelayedStores = 1 }, model => Build<ExplorerAtomics>(model, owner, [1, 1]));

    [Test]
    public void AFreeInTwoStepsIsFound() =>
        ModelAssert.Found(new ModelChecker(), "Race", model => Build<FaultyAtomics<SplitUpdates>>(model, "pr", [1, 1]));

    [Test]
    public void AChainWordWrittenLateIsFound() =>
        ModelAssert.Found(new ModelChecker(), "", model => Build<FaultyAtomics<PublishFirst>>(model, "ptr", [2]));

    private static void Build<TAtomics>(Model model, string owner, int[] others) where TAtomics : struct, IAtomics
    {
        var span = new SpanOfThree<TAtomics>();
        int mine = owner.Count(static step => step == 'f');
        model.Thread("owner", () =>
        {
            foreach (char step in owner) span.Step(step);
        });
        int next = mine;
        foreach (int count in others)
        {
            int from = next;
            next += count;
            model.Thread($"frees from {from}", () =>
            {
                for (int block = from; block < from + count; block++) span.FreeRemotely(block);
            });
        }

        model.AtEnd(() => span.CheckEnd(freed: next));
    }

    /// <summary>A span of three blocks, all of them out, and what its owner remembers.</summary>
    private sealed unsafe class SpanOfThree<TAtomics> where TAtomics : struct, IAtomics
    {
        private const int Blocks = 3;

        private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed(Blocks * 16);

        private readonly HeapSpan* _span = (HeapSpan*)NativeMemory.AllocZeroed((nuint)sizeof(HeapSpan));

        private readonly long* _returned = (long*)NativeMemory.AllocZeroed(sizeof(long));

        private bool _isAside;

        private int _freed;

        internal SpanOfThree()
        {
            *_span = new HeapSpan { Start = _memory, BlockSize = 16, Capacity = Blocks, Cut = Blocks, Used = Blocks, Phase = SpanPhase.Linked };
        }

        ~SpanOfThree()
        {
            NativeMemory.Free(_memory);
            NativeMemory.Free(_span);
            NativeMemory.Free(_returned);
        }

        internal void FreeRemotely(int block) => SpanSharing<TAtomics>.FreeRemotely(_span, ref *_returned, _memory + (block * 16));

        internal void Step(char step)
        {
            switch (step)
            {
                case 'p':
                    // Only a span without free blocks is put aside.
                    if (!_isAside && _span->Free == null) _isAside = SpanSharing<TAtomics>.TryPutAside(_span);
                    break;
                case 'f':
                    TAtomics.WriteSlot(ref *(nint*)(_memory + (_freed++ * 16)), (nint)_span->Free);
                    _span->Free = _memory + ((_freed - 1) * 16);
                    if (--_span->Used == _span->AttendAt && _span->AttendAt != 0 && SpanSharing<TAtomics>.TryTakeBack(_span)) _isAside = false;
                    break;
                case 'r':
                    Receive();
                    break;
                default:
                    if (!_isAside) SpanSharing<TAtomics>.TakeRemote(_span);
                    break;
            }
        }

        internal void CheckEnd(int freed)
        {
            Receive();
            if (_isAside) Model.Require(freed == 0, "The span is put aside for ever, with a free block.");
            else SpanSharing<TAtomics>.TakeRemote(_span);
            var found = new HashSet<nint>();
            for (void* block = _span->Free; block != null; block = (void*)TAtomics.ReadSlot(in *(nint*)block))
                Model.Require(found.Add((nint)block), "A block is free twice.");
            Model.Require(found.Count == freed, $"A block is missing: {found.Count} of {freed} are free.");
            Model.Require(_span->Used == Blocks - freed, $"{_span->Used} blocks count as used, and {Blocks - freed} are.");
        }

        private void Receive()
        {
            HeapSpan* span = SpanStack<TAtomics>.TakeAll(ref *_returned);
            if (span == null) return;
            Model.Require(_isAside, "A span comes back that was not put aside.");
            Model.Require(SpanStack<TAtomics>.Next(span) == null, "A span comes back twice.");
            SpanSharing<TAtomics>.Welcome(span);
            _isAside = false;
        }
    }
}

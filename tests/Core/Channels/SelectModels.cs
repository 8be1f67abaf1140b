using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;
using FastCore.Tests.Explorer;
using static FastCore.Tests.Channels.ChannelScripts;

namespace FastCore.Tests.Channels;

/// <summary>Every interleaving of the shipped select with its channels in small programs, after the planted fault was found.</summary>
[TestFixture]
internal sealed class SelectModels
{
    private static readonly ModelChecker Strong = new() { Preemptions = 2 };

    private static readonly ModelChecker Delaying = new() { Preemptions = 1, DelayedStores = 1, Merges = true };

    [Test]
    public void PlantedTwoStepClaimIsFound() => ModelAssert.Found(Strong, "", TwoWriters<FaultyAtomics<TwoStepClaim>>);

    [Test]
    public void TwoWritersMeetOneSelect() => ModelAssert.Sound(Strong, TwoWriters<ExplorerAtomics>);

    [Test]
    public void TwoWritersMeetOneSelectWithDelayedStores() => ModelAssert.Sound(Delaying, TwoWriters<ExplorerAtomics>);

    /// <summary>A select and a plain read want the same item; whoever does not get it goes on by another.</summary>
    [Test]
    public void ASelectAndAReadCompete([Values] bool gated) => ModelAssert.Sound(Strong, model =>
    {
        FastChannel<int> shared = gated ? ModelChannels<ExplorerAtomics>.Gated() : ModelChannels<ExplorerAtomics>.Bounded(1);
        FastChannel<int> own = gated ? ModelChannels<ExplorerAtomics>.Gated() : ModelChannels<ExplorerAtomics>.Bounded(1);
        var select = new ModelSelect<ExplorerAtomics>(1);
        SelectRead<int>[] reads = [select.Read(shared), select.Read(own)];
        int selected = 0;
        int read = 0;
        model.Thread("select", () => selected = Take(reads[Await(select.WaitAsync())]));
        model.Thread("reader", () => read = Await(shared.Reader.ReadAsync()));
        model.Thread("writer", () =>
        {
            shared.Writer.TryWrite(1);
            WriteAll(shared, 2);
        });
        model.AtEnd(() =>
        {
            Model.Require(selected + read == 3, "Both items are read, each once.");
            Model.Require(!((IWaiterOwner)shared).HasWaiters && !((IWaiterOwner)own).HasWaiters, "Nothing is left in any list.");
        });
    });

    /// <summary>The token fires while an item comes: the item is read by the select, or stays.</summary>
    [Test]
    public void ACancelledSelectTakesNothing([Values] bool gated) => ModelAssert.Sound(Strong, model =>
    {
        FastChannel<int>[] channels =
        [
            ModelChannels<ExplorerAtomics>.Bounded(1),
            gated ? ModelChannels<ExplorerAtomics>.GatedAlone() : ModelChannels<ExplorerAtomics>.SpscBounded(1),
        ];
        var select = new ModelSelect<ExplorerAtomics>(1);
        SelectRead<int>[] reads = [.. channels.Select(select.Read)];
        var source = new CancellationTokenSource();
        int? selected = null;
        model.Thread("select", () =>
        {
            ValueTask<int> wait = select.WaitAsync(source.Token);
            Model.WaitUntil(() => wait.IsCompleted);
            try
            {
                selected = Take(reads[wait.GetAwaiter().GetResult()]);
            }
            catch (OperationCanceledException)
            {
                selected = null;
            }
        });
        model.Thread("writer", () => Model.Require(channels[1].Writer.TryWrite(7), "There is room."));
        model.Thread("canceller", source.Cancel);
        model.AtEnd(() =>
        {
            bool left = channels[1].Reader.TryRead(out int item) && item == 7;
            Model.Require(selected is null or 7, "The item, or nothing.");
            Model.Require((selected is not null) != left, "The item is read by the select, or stays.");
            Model.Require(channels.All(static channel => !((IWaiterOwner)channel).HasWaiters), "Nothing is left in any list.");
        });
    });

    /// <summary>Two selects over two rendezvous channels, crosswise: each claims the other.</summary>
    [Test]
    public void TwoSelectsMeetCrosswise() => ModelAssert.Sound(Strong, Crosswise<ExplorerAtomics>);

    /// <summary>A channel ends while a select waits in it and in another.</summary>
    [Test]
    public void TheEndMeetsAnItem() => ModelAssert.Sound(Strong, model =>
    {
        FastChannel<int>[] channels = [ModelChannels<ExplorerAtomics>.Bounded(1), ModelChannels<ExplorerAtomics>.Bounded(1)];
        var select = new ModelSelect<ExplorerAtomics>(1);
        SelectRead<int>[] reads = [.. channels.Select(select.Read)];
        bool ended = false;
        int item = 0;
        model.Thread("select", () =>
        {
            for (int i = 0; i < 2; i++)
            {
                SelectRead<int> read = reads[Await(select.WaitAsync())];
                if (read.HasEnded) ended = true;
                else item = Take(read);
            }
        });
        model.Thread("writer", () => channels[0].Writer.TryWrite(7));
        model.Thread("closer", () => channels[1].Writer.TryComplete());
        model.AtEnd(() => Model.Require(ended && item == 7, "Both happen, each once."));
    });

    /// <summary>A select's write is told of the end while another thread is still closing: from then on nothing is written.</summary>
    [Test]
    public void WhoIsToldOfTheEndWritesNothingAfterIt() => ModelAssert.Sound(Strong, static model =>
    {
        FastChannel<int> channel = ModelChannels<ExplorerAtomics>.Bounded(1);
        channel.Writer.TryWrite(1);
        model.Thread("closer", () => channel.Writer.TryComplete());
        model.Thread("reader", () => channel.Reader.TryRead(out _));
        model.Thread("writer", () =>
        {
            if (channel.Writer.TrySelect(2, out _) == CaseOutcome.Ended) Model.Require(!channel.Writer.TryWrite(3), "The channel has ended.");
        });
    });

    private static void TwoWriters<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        FastChannel<int>[] channels = [ModelChannels<TAtomics>.Bounded(1), ModelChannels<TAtomics>.Bounded(1)];
        var select = new ModelSelect<TAtomics>(1);
        SelectRead<int>[] reads = [.. channels.Select(select.Read)];
        var items = new List<int>();
        model.Thread("select", () =>
        {
            for (int i = 0; i < 2; i++) items.Add(Take(reads[Await(select.WaitAsync())]));
        });
        model.Thread("first writer", () => channels[0].Writer.TryWrite(1));
        model.Thread("second writer", () => channels[1].Writer.TryWrite(2));
        model.AtEnd(() =>
        {
            Model.Require(items.Order().SequenceEqual([1, 2]), "Both items are read, each once.");
            Model.Require(channels.All(static channel => !((IWaiterOwner)channel).HasWaiters), "Nothing is left in any list.");
        });
    }

    private static void Crosswise<TAtomics>(Model model)
        where TAtomics : struct, IAtomics
    {
        FastChannel<int> one = ModelChannels<TAtomics>.Rendezvous();
        FastChannel<int> other = ModelChannels<TAtomics>.Rendezvous();
        var left = new ModelSelect<TAtomics>(1);
        var right = new ModelSelect<TAtomics>(2);
        left.Write(one, 1);
        SelectRead<int> leftRead = left.Read(other);
        right.Write(other, 2);
        SelectRead<int> rightRead = right.Read(one);
        int leftIndex = -1;
        int rightIndex = -1;
        model.Thread("left", () => leftIndex = Await(left.WaitAsync()));
        model.Thread("right", () => rightIndex = Await(right.WaitAsync()));
        model.AtEnd(() =>
        {
            Model.Require(leftIndex + rightIndex == 1, "One writes what the other reads.");
            Model.Require(leftRead.TryTake(out int item) ? item == 2 && leftIndex == 1 : rightRead.TryTake(out item) && item == 1 && rightIndex == 1, "The item is the other's.");
            Model.Require(!((IWaiterOwner)one).HasWaiters && !((IWaiterOwner)other).HasWaiters, "Nothing is left in any list.");
        });
    }

    private static int Take(SelectRead<int> read)
    {
        Model.Require(read.TryTake(out int item), "The case that took place has an item.");
        return item;
    }
}

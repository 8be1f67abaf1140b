using FastCore.Tests.Explorer.Planted;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Explorer;

/// <summary>The explorer is trusted with the shipped code because it finds each of these, and nothing in their sound twins.</summary>
[TestFixture]
internal sealed class PlantedBugTests
{
    [TestCase(SpscFault.None, ExpectedResult = "")]
    [TestCase(SpscFault.PublishesBeforeWriting, ExpectedResult = "Race")]
    [TestCase(SpscFault.ReleasesBeforeReading, ExpectedResult = "Race")]
    [TestCase(SpscFault.OneSlotTooMany, ExpectedResult = "Went in")]
    public string Spsc(SpscFault fault) => Verdict(new ModelChecker(), model => SpscModel(model, fault));

    [TestCase(MpmcFault.None, ExpectedResult = "")]
    [TestCase(MpmcFault.IgnoresTheSequence, ExpectedResult = "Race")]
    [TestCase(MpmcFault.PublishesBeforeWriting, ExpectedResult = "Race")]
    [TestCase(MpmcFault.ClaimsWithoutCompareAndSwap, ExpectedResult = "Race")]
    public string Mpmc(MpmcFault fault) => Verdict(new ModelChecker(), model => MpmcModel(model, fault));

    [TestCase(MpscFault.None, ExpectedResult = "")]
    [TestCase(MpscFault.LinksWithoutClosing, ExpectedResult = "Went in")]
    [TestCase(MpscFault.LeavesWithoutLookingAgain, ExpectedResult = "Went in")]
    public string Mpsc(MpscFault fault) => Verdict(new ModelChecker(), model => MpscModel(model, fault));

    [TestCase(SleepProtocol.BothFence, 0, ExpectedResult = "")]
    [TestCase(SleepProtocol.ReceiverFencesAll, 0, ExpectedResult = "")]
    [TestCase(SleepProtocol.NoFence, 0, ExpectedResult = "")]
    [TestCase(SleepProtocol.LooksBeforeAnnouncing, 0, ExpectedResult = "Deadlock or lost wake-up")]
    [TestCase(SleepProtocol.BothFence, 3, ExpectedResult = "")]
    [TestCase(SleepProtocol.ReceiverFencesAll, 3, ExpectedResult = "")]
    [TestCase(SleepProtocol.NoFence, 1, ExpectedResult = "Deadlock or lost wake-up")]
    [TestCase(SleepProtocol.OnlyReceiverFences, 1, ExpectedResult = "Deadlock or lost wake-up")]
    public string Sleep(SleepProtocol protocol, int delayedStores) =>
        Verdict(new ModelChecker { DelayedStores = delayedStores }, model =>
        {
            var mailbox = new Mailbox(protocol);
            model.Thread("sender", () =>
            {
                mailbox.Send();
                mailbox.Send();
            });
            model.Thread("receiver", () => mailbox.ReceiveAll(2));
        });

    private static void SpscModel(Model model, SpscFault fault)
    {
        var history = new RingHistory(new FaultySpscRing(2, fault), Refusals.Late);
        model.Thread("producer", history.Producer(1, 1, 1, 1));
        model.Thread("consumer", history.Consumer(1, 1, 1));
        model.AtEnd(history.CheckEnd);
    }

    private static void MpmcModel(Model model, MpmcFault fault)
    {
        var history = new RingHistory(new FaultyMpmcRing(2, fault), Refusals.Late);
        model.Thread("producer 1", history.Producer(1, 1, 1));
        model.Thread("producer 2", history.Producer(2, 1));
        model.Thread("consumer", history.Consumer(1, 1));
        model.AtEnd(history.CheckEnd);
    }

    private static void MpscModel(Model model, MpscFault fault)
    {
        var history = new RingHistory(new FaultyMpscQueue(fault), Refusals.BehindOthers);
        model.Thread("producer", history.Producer(1, 1, 1, 1, 1));
        model.Thread("consumer", history.Consumer(1, 1, 1));
        model.AtEnd(history.CheckEnd);
    }

    /// <summary>What the exploration says, up to the first colon; a schedule it prints must fail again when it is followed.</summary>
    private static string Verdict(ModelChecker checker, Action<Model> build)
    {
        Exploration exploration = checker.Explore(build);
        TestContext.Out.WriteLine(exploration);
        if (exploration.Failure is not { } failure)
        {
            Assert.That(exploration.IsExhaustive, "The sound twin must be explored to the end.");
            return "";
        }

        Assert.That(checker.Replay(failure.Schedule, build).Failure?.Sentence, Is.EqualTo(failure.Sentence));
        return failure.Sentence.Split(':')[0];
    }
}

using System.Threading.Channels;
using CsCheck;
using FastCore.Tests.Channels.Modelling;

namespace FastCore.Tests.Channels;

/// <summary>Random scripts of all calls on one thread, each kind with each option beside a plain queue: every answer must be the same.</summary>
[TestFixture]
internal sealed class ChannelAgainstPlainQueueTests
{
    [TestCaseSource(typeof(ChannelShape), nameof(ChannelShape.All))]
    public void EveryAnswerIsThatOfAPlainQueue(ChannelShape shape) => ScriptStep.Scripts.Sample(script => Compare(shape, shape, script), iter: 150);

    /// <summary>The comparison would see a channel that takes one item too many, or gives the wrong one.</summary>
    [TestCaseSource(nameof(OtherShapes))]
    public void AnotherShapeIsToldApart(ChannelShape shape, ChannelShape other) =>
        Assert.That(() => ScriptStep.Scripts.Sample(script => Compare(shape, other, script), iter: 1_000), Throws.TypeOf<CsCheckException>());

    private static IEnumerable<TestCaseData> OtherShapes()
    {
        var bounded = new ChannelShape(2);
        yield return new TestCaseData(bounded, new ChannelShape(3));
        yield return new TestCaseData(bounded, new ChannelShape(2, IsPrioritized: true));
        yield return new TestCaseData(new ChannelShape(0), new ChannelShape(1));
        yield return new TestCaseData(
            new ChannelShape(2, BoundedChannelFullMode.DropOldest),
            new ChannelShape(2, BoundedChannelFullMode.DropNewest));
    }

    private static void Compare(ChannelShape shape, ChannelShape modelled, ScriptStep[] script)
    {
        var real = new RealChannel(shape);
        var plain = new PlainChannel(modelled);
        for (int i = 0; i < script.Length; i++)
        {
            string answer = real.Play(script[i], i);
            string expected = plain.Play(script[i], i);
            if (answer != expected) throw new InvalidOperationException($"Call {i}, {script[i].Call} {script[i].Size}: {answer} instead of {expected}");
        }
    }
}

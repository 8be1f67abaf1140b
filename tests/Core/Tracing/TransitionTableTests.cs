using FastCore.Tracing;

namespace FastCore.Tests.Tracing;

[TestFixture]
internal sealed class TransitionTableTests
{
    [Test]
    public void StatesComeFromTheSteps()
    {
        var table = new TransitionTable("door", "A door.", "closed", new("closed", "open", "open"), new("open", "close", "closed"), new("open", "break", "gone"));
        Assert.That(table.States, Is.EqualTo(new[] { "closed", "open", "gone" }));
        Assert.That(table.Transitions.Select(one => one.Id), Is.Unique.And.All.GreaterThan(0));
        Assert.That(table.Transitions.Select(one => one.Table), Is.All.SameAs(table));
    }

    [Test]
    public void AnOrphanIsRefused() => Assert.That(
        () => new TransitionTable("door", "A door.", "closed", new("closed", "open", "open"), new("locked", "unlock", "closed")),
        Throws.ArgumentException.With.Message.Contains("'locked'"));

    [Test]
    public void TheSameStepTwiceIsRefused() => Assert.That(
        () => new TransitionTable("door", "A door.", "closed", new("closed", "open", "open"), new("closed", "open", "open")),
        Throws.ArgumentException.With.Message.Contains("twice"));

    [Test]
    public void AStepBelongsToOneTable()
    {
        var step = new Transition("a", "go", "b");
        Assert.That(step.Id, Is.Zero);
        Assert.That(() => step.Table, Throws.InvalidOperationException);
        var table = new TransitionTable("first", "The first.", "a", step);
        Assert.That(step.Table, Is.SameAs(table));
        Assert.That(() => new TransitionTable("second", "The second.", "a", step), Throws.ArgumentException);
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(int.MaxValue)]
    public void NumbersThatNobodyHasAreNotFound(int id) => Assert.That(TransitionTable.TryFind(id, out _), Is.False);

#if DEBUG
    [Test]
    public void AForbiddenStepIsRefused()
    {
        var open = new Transition("closed", "open", "open");
        var close = new Transition("open", "close", "closed");
        _ = new TransitionTable("door", "A door.", "closed", open, close);
        Lifecycle life = default;
        life.Step(open);
        Assert.That(() => life.Step(open), Throws.InvalidOperationException.With.Message.Contains("not permitted"));
        life.Step(close);
    }
#endif
}

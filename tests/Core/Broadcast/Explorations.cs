using FastCore.Tests.Explorer;

namespace FastCore.Tests.Broadcast;

/// <summary>The bounds of the explorations, and what must come of them.</summary>
internal static class Explorations
{
    internal static readonly ModelChecker Strong = new() { Preemptions = 2 };

    /// <summary>For programs too long for two preemptions.</summary>
    internal static readonly ModelChecker Light = new() { Preemptions = 1 };

    /// <summary>Stores may be delayed as on x86: what a missing fence needs to show.</summary>
    internal static readonly ModelChecker Delaying = new() { Preemptions = 2, DelayedStores = 1 };

    /// <summary>Both.</summary>
    internal static readonly ModelChecker DelayingLess = new() { Preemptions = 1, DelayedStores = 1 };

    internal static void AssertFound(ModelChecker checker, string sentence, Action<Model> build)
    {
        Exploration exploration = checker.Explore(build);
        Assert.That(exploration.Failure, Is.Not.Null, "The planted fault must be found.");
        TestContext.Out.WriteLine($"{exploration.Executions} executions: {exploration.Failure!.Sentence}");
        Assert.That(exploration.Failure.Sentence, Does.Contain(sentence));
    }

    internal static void AssertSound(ModelChecker checker, Action<Model> build)
    {
        Exploration exploration = checker.Explore(build);
        TestContext.Out.WriteLine(exploration);
        Assert.That(exploration.Failure, Is.Null);
        Assert.That(exploration.IsExhaustive, Is.True);
    }
}

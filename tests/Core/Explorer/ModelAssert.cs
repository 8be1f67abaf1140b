namespace FastCore.Tests.Explorer;

/// <summary>What an exploration must come to.</summary>
internal static class ModelAssert
{
    /// <summary>The planted fault shows, and the sentence that tells of it contains this.</summary>
    internal static void Found(ModelChecker checker, string sentence, Action<Model> build)
    {
        Exploration exploration = checker.Explore(build);
        Assert.That(exploration.Failure, Is.Not.Null, "The planted fault must be found.");
        Assert.That(exploration.Failure!.Sentence, Does.Contain(sentence));
    }

    /// <summary>Every interleaving within the checker's bounds was seen, and none fails.</summary>
    internal static void Sound(ModelChecker checker, Action<Model> build)
    {
        Exploration exploration = checker.Explore(build);
        TestContext.Out.WriteLine(exploration);
        Assert.That(exploration.Failure, Is.Null);
        Assert.That(exploration.IsExhaustive, Is.True);
    }
}

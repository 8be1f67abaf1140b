using FastCore.Tracing;

namespace FastCore.Tests.Shared;

/// <summary>A trace as the steps of lives.</summary>
internal static class TraceChain
{
    public static Transition Of(TraceEvent one) =>
        TransitionTable.TryFind(one.TransitionId, out Transition? found) ? found : throw new AssertionException($"{one} names no transition.");

    /// <summary>The steps of a table, in the order of their time.</summary>
    public static IEnumerable<Transition> Taken(this TraceSnapshot snapshot, string table) => snapshot.Events.Select(Of).Where(step => step.Table.Name == table);

    /// <summary>Nothing is missing, and each step starts where the one before it of the same subject and table ended; the first in the initial state.</summary>
    public static void VerifyLives(this TraceSnapshot snapshot)
    {
        Assert.That(snapshot.Threads.Sum(static thread => thread.Overwritten), Is.Zero);
        var lives = snapshot.Events.Select(static one => (one.Subject, Step: Of(one))).GroupBy(static one => (one.Subject, one.Step.Table), static one => one.Step);
        foreach (IGrouping<(long Subject, TransitionTable Table), Transition> life in lives)
        {
            string state = life.Key.Table.Initial;
            foreach (Transition step in life)
            {
                if (step.From != state) Assert.Fail($"Subject {life.Key.Subject} was {state}, and then: {step}.");
                state = step.To;
            }
        }

        Assert.That(snapshot.Events, Is.Not.Empty);
    }
}

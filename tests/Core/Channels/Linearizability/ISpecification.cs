namespace FastCore.Tests.Channels.Linearizability;

/// <summary>What a channel does when one step is taken after the other.</summary>
internal interface ISpecification<TState>
    where TState : IEquatable<TState>
{
    TState Initial { get; }

    /// <summary>Whether a history may end there.</summary>
    bool CanEnd(TState state);

    /// <summary>The steps of an operation, each of which takes effect at one moment.</summary>
    IEnumerable<Step> StepsOf(Operation operation);

    /// <summary>Whether <paramref name="first"/> must take effect before <paramref name="second"/> for another reason than that it had returned.</summary>
    bool Precedes(Step first, Step second);

    /// <summary>Takes a step with the outcome that was recorded; false when it can't have that outcome here.</summary>
    bool TryTake(TState state, Step step, out TState next);
}

/// <summary>Which part of an operation a step is.</summary>
internal enum StepPart
{
    Whole,

    /// <summary>It begins to wait, or meets what waits for it.</summary>
    Request,

    /// <summary>It ends as was decided since, or gives up.</summary>
    FollowUp,
}

/// <summary>What takes effect at one moment between the two times.</summary>
internal sealed record Step(Operation Operation, StepPart Part, long Invoked, long Returned);

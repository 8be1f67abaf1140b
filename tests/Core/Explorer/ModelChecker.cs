namespace FastCore.Tests.Explorer;

/// <summary>
/// Explores the interleavings of a model: depth first over every access of its threads, within bounds, each execution from
/// the start (stateless search as in Godefroid's VeriSoft; the preemption bound as in Musuvathi and Qadeer's CHESS, 2007).
/// </summary>
internal sealed class ModelChecker
{
    /// <summary>How often an execution may leave a thread that could go on.</summary>
    internal int Preemptions { get; init; } = 3;

    /// <summary>How many decisions an execution may take; more is reported as a livelock.</summary>
    internal int Steps { get; init; } = 1000;

    /// <summary>
    /// How many stores of an execution may stay in their thread's buffer while it goes on, as on x86; those behind them in
    /// the same buffer are free. None: sequential consistency.
    /// </summary>
    internal int DelayedStores { get; init; }

    /// <summary>
    /// Whether a path that comes to a state seen before is not walked on: whatever lies beyond has been seen. Only for models
    /// whose threads learn of each other by <see cref="ExplorerAtomics"/>, locks, parkers and conditions alone, and by what the
    /// model <see cref="Model.Shares"/>: any other variable that one thread writes and another reads is no part of the state.
    /// </summary>
    internal bool Merges { get; init; }

    /// <summary>Where given, takes the keys of the states in which executions ended.</summary>
    internal ISet<ulong>? Ends { get; init; }

    /// <summary>How many executions to run at most.</summary>
    internal long Executions { get; init; } = 1_000_000;

    /// <summary>Walks every path until one fails, all are done, or the number of executions is used up.</summary>
    /// <param name="build">Builds the model; called for every execution, it must build the same one.</param>
    internal Exploration Explore(Action<Model> build)
    {
        using var execution = new Execution(this);
        using var heap = new QuietHeap();
        var path = new DepthFirst(Merges ? new SeenStates() : null);
        for (long done = 0; done < Executions;)
        {
            path.Restart();
            if (!TryRun(execution, build, path, heap)) continue;
            done++;
            if (execution.Failure is not null) return Fail(execution, build, done, heap);
            Ends?.Add(execution.State().Key);
            if (!path.Advance()) return new Exploration(done, IsExhaustive: true, Failure: null);
        }

        return new Exploration(Executions, IsExhaustive: false, Failure: null);
    }

    /// <summary>Runs executions with choices by chance, each from its own seed.</summary>
    internal Exploration Sample(int seed, Action<Model> build)
    {
        using var execution = new Execution(this);
        using var heap = new QuietHeap();
        for (long done = 0; done < Executions;)
        {
            if (!TryRun(execution, build, new Chance(unchecked(seed + (int)done)), heap)) continue;
            done++;
            if (execution.Failure is not null) return Fail(execution, build, done, heap);
        }

        return new Exploration(Executions, IsExhaustive: false, Failure: null);
    }

    /// <summary>Runs one schedule, as a failure printed it.</summary>
    internal Exploration Replay(string schedule, Action<Model> build)
    {
        using var execution = new Execution(this);
        using var heap = new QuietHeap();
        RunSchedule(execution, build, Schedule.Parse(schedule), heap);
        return execution.Failure is null ? new Exploration(1, IsExhaustive: false, Failure: null) : Fail(execution, build, 1, heap);
    }

    /// <summary>False when a collection moved objects meanwhile: the addresses that name the locations meant nothing.</summary>
    private static bool TryRun(Execution execution, Action<Model> build, IChooser chooser, QuietHeap heap)
    {
        var model = new Model();
        build(model);
        int collections = GC.CollectionCount(0);
        execution.Run(model, chooser);
        if (GC.CollectionCount(0) != collections)
        {
            heap.Discard();
            return false;
        }

        heap.Keep();
        return execution.Failure is NonDeterministicModelException failure ? throw failure : true;
    }

    private static void RunSchedule(Execution execution, Action<Model> build, IReadOnlyList<Decision> schedule, QuietHeap heap)
    {
        while (!TryRun(execution, build, new Replay(schedule), heap))
        {
        }
    }

    /// <summary>Runs the failed schedule again, to tell its story.</summary>
    private static Exploration Fail(Execution execution, Action<Model> build, long done, QuietHeap heap)
    {
        Decision[] schedule = [.. execution.Decisions];
        string sentence = execution.Failure!.Message;
        var story = new List<string>();
        execution.Story = story;
        RunSchedule(execution, model => { story.Clear(); build(model); }, schedule, heap);
        execution.Story = null;
        if (execution.Failure?.Message != sentence) throw new NonDeterministicModelException();
        return new Exploration(done, IsExhaustive: false, new Failure(sentence, Schedule.Print(schedule), story));
    }
}

/// <summary>What an exploration found.</summary>
/// <param name="Executions">How many schedules ran.</param>
/// <param name="IsExhaustive">Whether they were all there are within the bounds.</param>
/// <param name="Failure">The first failure, or null.</param>
internal sealed record Exploration(long Executions, bool IsExhaustive, Failure? Failure)
{
    public override string ToString() =>
        Failure is null ? $"{Executions} executions{(IsExhaustive ? ", all there are" : "")}, no failure" : $"After {Executions} executions: {Failure}";
}

/// <summary>A failed execution.</summary>
/// <param name="Sentence">What was wrong.</param>
/// <param name="Schedule">The schedule, for <see cref="ModelChecker.Replay"/>.</param>
/// <param name="Story">The accesses in their order.</param>
internal sealed record Failure(string Sentence, string Schedule, IReadOnlyList<string> Story)
{
    public override string ToString() => $"{Sentence}\nSchedule: {Schedule}\n  {string.Join("\n  ", Story)}";
}

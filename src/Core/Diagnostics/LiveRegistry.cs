namespace FastCore.Diagnostics;

/// <summary>
/// What a program lets itself be looked at for while it runs: schedulers, channels, reactors, each under a name. Nothing is in
/// it that was not put there, and what is in it is held weakly. Every member may be called from any thread.
/// </summary>
/// <remarks>Registering costs what a list entry costs, and nothing is done until somebody looks.</remarks>
public static class LiveRegistry
{
    private static readonly Lock Changing = new();

    private static readonly List<(string Name, WeakReference<object> Target)> Entries = [];

    /// <summary>Lets something be looked at until it is collected.</summary>
    /// <param name="name">What views call it; need not be unique. <see cref="LiveWaits"/> call it by the last name it was given.</param>
    /// <param name="target">
    /// A <see cref="Scheduling.Scheduler"/>, an <see cref="ILiveChannel"/>, whatever can be waited on, or whatever else a view knows
    /// how to look at.
    /// </param>
    public static void Register(string name, object target)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(target);
        lock (Changing)
        {
            Entries.RemoveAll(static entry => !entry.Target.TryGetTarget(out _));
            Entries.Add((name, new WeakReference<object>(target)));
            WaitTarget.GiveName(target, name);
        }
    }

    /// <summary>Takes something out, under all its names.</summary>
    public static void Unregister(object target)
    {
        ArgumentNullException.ThrowIfNull(target);
        lock (Changing) Entries.RemoveAll(entry => !entry.Target.TryGetTarget(out object? found) || ReferenceEquals(found, target));
    }

    /// <summary>What is registered, of one type, in the order of its registration.</summary>
    public static IReadOnlyList<(string Name, T Target)> Of<T>()
        where T : class
    {
        var found = new List<(string, T)>();
        lock (Changing)
        {
            foreach ((string name, WeakReference<object> target) in Entries)
            {
                if (target.TryGetTarget(out object? live) && live is T wanted) found.Add((name, wanted));
            }
        }

        return found;
    }
}

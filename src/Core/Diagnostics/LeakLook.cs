namespace FastCore.Diagnostics;

/// <summary>Why waits are taken for leaks.</summary>
public enum LeakReason
{
    /// <summary>Certain: what they waited on, and they with it, were collected, because nobody held it who could have ended the wait.</summary>
    Collected,

    /// <summary>Certain: they read from a channel whose writers' leases were all collected, and none was given back; so it is never completed.</summary>
    LeasesLost,

    /// <summary>
    /// Possible: they are old, and what they wait on is alive. Somebody holds it; whether that one will ever end the wait can't be
    /// known from here.
    /// </summary>
    Old,
}

/// <summary>Waits that nobody may ever end, all on one thing or on such without a name, of one method and spawned at one place.</summary>
/// <param name="Reason">Why they are here.</param>
/// <param name="Operation">What they wait for.</param>
/// <param name="On">On what, by its name in the <see cref="LiveRegistry"/>; empty for all that have none.</param>
/// <param name="Kind">What that is.</param>
/// <param name="Task">Who waits.</param>
/// <param name="SpawnPlace">The method that spawned it; empty where that is not recorded.</param>
/// <param name="Count">How many.</param>
/// <param name="Oldest">For how long the oldest has waited; for those that are collected, until they were found.</param>
public readonly record struct LeakLook(LeakReason Reason, WaitOperation Operation, string On, string Kind, string Task, string SpawnPlace, int Count, TimeSpan Oldest);

namespace FastCore.Perf.Collector;

/// <summary>What a program can ask of its garbage collector while it runs; all else is said by its environment before it starts.</summary>
public enum CollectorMode
{
    /// <summary>Nothing.</summary>
    Default,

    /// <summary>No collection of everything that stops the program for its whole length, unless memory is short. Needs the concurrent collector.</summary>
    SustainedLowLatency,

    /// <summary>No collection until a budget is allocated; then one of everything, and the next budget.</summary>
    NoGcRegion,
}

/// <summary>The modes as command lines name them.</summary>
public static class CollectorModes
{
    private static readonly (string Name, CollectorMode Mode)[] All =
        [("default", CollectorMode.Default), ("sustained-low-latency", CollectorMode.SustainedLowLatency), ("no-gc-region", CollectorMode.NoGcRegion)];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(static one => one.Name)];

    /// <summary>The mode of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static CollectorMode Parse(string name) =>
        Array.Find(All, one => one.Name == name) is { Name: not null } found ? found.Mode : throw new ArgumentException($"'{name}' is none of {string.Join(", ", Names)}.", nameof(name));

    /// <summary>The name of a mode.</summary>
    public static string NameOf(CollectorMode mode) => Array.Find(All, one => one.Mode == mode).Name;
}

using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace FastCore.Diagnostics;

/// <summary>What reports call something that is waited on, and what they know of it. It outlives that, and does not keep it alive.</summary>
internal sealed class WaitTarget
{
    private static readonly ConditionalWeakTable<IWaitedOn, WaitTarget> Known = [];

    private static long _ids;


    private readonly WeakReference<IWaitedOn>? _target;

    private readonly WaitTarget[] _cases = [];

    private readonly WaitOperation[] _operations = [];

    private volatile string? _name;

    /// <summary>What the leases of its writer have in common; several where it was leased anew.</summary>
    private ImmutableList<WeakReference> _leases = [];

    private WaitTarget(IWaitedOn target)
    {
        Id = Interlocked.Increment(ref _ids);
        _target = new WeakReference<IWaitedOn>(target);
        Kind = target.Kind;
    }

    private WaitTarget() => Kind = string.Empty;

    /// <summary>A select, which waits on several.</summary>
    internal WaitTarget(IReadOnlyCollection<(WaitOperation Operation, WaitTarget Target)> cases)
    {
        Id = Interlocked.Increment(ref _ids);
        Kind = "select";
        _operations = [.. cases.Select(static one => one.Operation)];
        _cases = [.. cases.Select(static one => one.Target)];
    }

    /// <summary>Of what waits on nothing that has a name: blocking calls and joins.</summary>
    internal static WaitTarget Nothing { get; } = new();

    /// <summary>What it is.</summary>
    internal string Kind { get; }

    /// <summary>How many cases it has, if it is a select.</summary>
    internal int Cases => _cases.Length;

    /// <summary>No other's; 0 for <see cref="Nothing"/>.</summary>
    internal long Id { get; }

    /// <summary>Its name; empty if it was given none. Of a select all that it waits for.</summary>
    internal string Name => _cases.Length == 0
        ? _name ?? string.Empty
        : string.Join(", ", _cases.Zip(_operations, static (target, operation) => $"{WaitText.Of(operation)} {(target.Name.Length == 0 ? target.Kind : target.Name)}"));

    /// <summary>See <see cref="IWaitedOn.Contended"/>; 0 when it has been collected.</summary>
    internal int Contended => _target is not null && _target.TryGetTarget(out IWaitedOn? target) ? target.Contended : 0;

    /// <summary>Whether its writer was leased, and all leases were collected.</summary>
    internal bool HasLostLeases => Volatile.Read(ref _leases) is { IsEmpty: false } leases && leases.TrueForAll(static one => !one.IsAlive);

    /// <summary>Of an object that is waited on, the same for ever.</summary>
    internal static WaitTarget Of(IWaitedOn target) => Known.GetValue(target, static target => new WaitTarget(target));

    /// <summary>Lets reports call an object by a name, if it is one that can be waited on or a face of it.</summary>
    internal static void GiveName(object target, string name)
    {
        if (Find(target) is { } waited) Of(waited)._name = name;
    }

    /// <summary>A writer was leased.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="shared">What every lease holds, and nobody else.</param>
    internal static void NoteLeased(object writer, object shared)
    {
        if (Find(writer) is { } waited) ImmutableInterlocked.Update(ref Of(waited)._leases, static (leases, shared) => leases.Add(new WeakReference(shared)), shared);
    }

    private static IWaitedOn? Find(object target) => target as IWaitedOn ?? (target as IWaitedFace)?.Waited;
}

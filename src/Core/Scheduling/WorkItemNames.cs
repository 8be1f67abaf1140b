using System.Collections.Concurrent;
using System.Diagnostics;
using FastCore.Continuations;
using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <summary>What reports and traces call work: by its method where there is one.</summary>
internal static partial class WorkItemNames
{
    private const int KeptDelegates = 32;

    private static readonly string OwnNamespace = typeof(WorkItemNames).Namespace! + '.';

    private static readonly ConcurrentDictionary<Type, string> OfTypes = new();

    /// <summary>The methods whose states are boxed in objects of these types; null for tasks of other kinds.</summary>
    private static readonly ConcurrentDictionary<Type, string?> OfBoxes = new();

    /// <summary>Names of the delegates last asked for: to find a method's name takes most of a microsecond.</summary>
    [ThreadStatic] private static (Delegate? Called, string? Name)[]? _kept;

    /// <summary>The method of a delegate, the async method that goes on, or the type of the item.</summary>
    internal static string Describe(IWorkItem item) => item switch
    {
        WatchedItem watched => watched.Item is { } inner ? Describe(inner) : string.Empty,
        Awaitable { Awaiter: { } awaiter } => OfState(awaiter) ?? OfType(item.GetType()),
        IDelegateItem called => OfState(called.State) ?? OfDelegate(called.Delegate),
        { NamedBy: { } delegated } => OfDelegate(delegated),
        _ => OfType(item.GetType()),
    };

    /// <summary>The name's number in the trace, with the place where it was spawned, if that is known.</summary>
    internal static int InTrace(IWorkItem item, string? place) => TraceNames.Intern(place is null ? Describe(item) : $"{Describe(item)}\n{place}");

    /// <summary>The number of the waiter whose end woke it; 0: none is traced.</summary>
    internal static long WaiterOf(IWorkItem item) => item is Awaitable waiter ? waiter.Subject : 0;

    /// <summary>The method outside the scheduler that called into it.</summary>
    internal static string? CallingMethod() => CallingMethod(OwnNamespace);

    /// <summary>The method outside a part of the house that called into it.</summary>
    /// <param name="ownNamespace">The part's, with the point behind it.</param>
    internal static string? CallingMethod(string ownNamespace)
    {
        foreach (StackFrame frame in new StackTrace(1, fNeedFileInfo: false).GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is not { DeclaringTypeName: { } type } method || type.StartsWith(ownNamespace, StringComparison.Ordinal)) continue;
            return method.Name == "MoveNext" ? NameOfMethod(type) : $"{type}.{method.Name}";
        }

        return null;
    }

    private static string OfDelegate(Delegate called)
    {
        (Delegate? Called, string? Name)[] kept = _kept ??= new (Delegate?, string?)[KeptDelegates];
        ref (Delegate? Called, string? Name) slot = ref kept[System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(called) % KeptDelegates];
        if (slot.Called != called)
        {
            slot = (called, DiagnosticMethodInfo.Create(called) is { } method ? $"{method.DeclaringTypeName}.{method.Name}" : OfType(called.GetType()));
        }

        return slot.Name!;
    }

    /// <summary>The async method that goes on: what its builder awaits with is an object whose type names it, or a delegate of that.</summary>
    private static string? OfState(object? state) => state switch
    {
        Action { Target: Task box } => OfBox(box),
        Task box => OfBox(box),
        _ => null,
    };

    /// <remarks>To ask a type for its arguments allocates, so that is done once.</remarks>
    private static string? OfBox(Task box) =>
        OfBoxes.GetOrAdd(box.GetType(), static type => type.GenericTypeArguments is [_, { } machine] ? NameOfMethod(machine.ToString()) : null);

    private static string OfType(Type type) => OfTypes.GetOrAdd(type, static type => type.ToString());

    /// <summary>From <c>Space.Type+&lt;Method&gt;d__5</c>, as the compiler calls an async method's state, the method.</summary>
    private static string NameOfMethod(string machine)
    {
        int at = machine.LastIndexOf("+<", StringComparison.Ordinal);
        int end = machine.LastIndexOf('>');
        return at > 0 && end > at ? $"{machine[..at]}.{machine[(at + 2)..end]}" : machine;
    }
}

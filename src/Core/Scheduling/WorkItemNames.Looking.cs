namespace FastCore.Scheduling;

/// <content>Names that are asked for later than what they name may be kept.</content>
internal static partial class WorkItemNames
{
    /// <summary>What stands for the one who goes on with this, and keeps nothing of it alive.</summary>
    /// <param name="state">What an awaiter calls its continuation with, or the continuation where that has no state.</param>
    internal static object? KeyOf(object? state) => state switch
    {
        null => null,
        Action { Target: { } box } when IsBox(box.GetType()) => box.GetType(),
        Delegate called => OfDelegate(called),
        _ => state.GetType(),
    };

    /// <summary>The name for which a key stands; empty for none.</summary>
    internal static string OfKey(object? key) => key switch
    {
        null => string.Empty,
        Type box when IsBox(box) => OfTypes.GetOrAdd(box.GenericTypeArguments[1], static machine => NameOfMethod(machine.ToString())),
        Type type => OfType(type),
        _ => (string)key,
    };

    /// <summary>Whether builders await with objects of this type: of two types, the second of which is the state machine of a method.</summary>
    private static bool IsBox(Type type) => type.GenericTypeArguments is [_, { } machine] && machine.Name.Contains('>', StringComparison.Ordinal);
}

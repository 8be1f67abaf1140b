using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using FastCore.Channels.Debugging;

namespace FastCore.Tests.Channels;

/// <summary>Looks at an object as a debugger does: by the attributes of its class.</summary>
internal static partial class DebuggerEyes
{
    private const BindingFlags AnyMember = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The one line of text.</summary>
    internal static string Line(object seen)
    {
        string text = seen.GetType().GetCustomAttribute<DebuggerDisplayAttribute>()!.Value;
        return Reference.Replace(text, match => Evaluate(seen, match.Groups[1].Value));
    }

    /// <summary>What stands in place of its fields, made with the type arguments of the object's own class.</summary>
    internal static ChannelSnapshot<T> Snapshot<T>(object seen)
    {
        Type type = seen.GetType();
        Type open = Type.GetType(type.GetCustomAttribute<DebuggerTypeProxyAttribute>()!.ProxyTypeName, throwOnError: true)!;
        Type closed = open.MakeGenericType(type.GenericTypeArguments);
        object view = Activator.CreateInstance(closed, seen)!;
        return (ChannelSnapshot<T>)closed.GetProperties().Single().GetValue(view)!;
    }

    private static string Evaluate(object seen, string member) =>
        Convert.ToString(seen.GetType().GetProperty(member, AnyMember)!.GetValue(seen), null)!;

    [GeneratedRegex(@"\{(\w+)(?:,nq)?\}")]
    private static partial Regex Reference { get; }
}

using System.Globalization;

namespace FastCore.Tracing.Analysis;

/// <summary>Figures for people, the same in every culture.</summary>
internal static class TraceText
{
    /// <summary>A span of time, with three digits.</summary>
    internal static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1e3 => Of($"{nanoseconds:F0} ns"),
        < 1e6 => Of($"{nanoseconds / 1e3:G3} µs"),
        < 1e9 => Of($"{nanoseconds / 1e6:G3} ms"),
        _ => Of($"{nanoseconds / 1e9:F2} s"),
    };

    internal static string Of(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

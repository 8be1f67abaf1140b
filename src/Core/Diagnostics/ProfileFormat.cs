namespace FastCore.Diagnostics;

/// <summary>How a <see cref="LiveProfile"/> is written.</summary>
public enum ProfileFormat
{
    /// <summary>A table for people.</summary>
    Text,

    /// <summary>An object, schema 1, with a row for each line of the table.</summary>
    Json,

    /// <summary>A line for each row, of frames parted by semicolons and a number: what flame graphs are drawn from.</summary>
    Folded,

    /// <summary>A sampled profile that speedscope opens.</summary>
    Speedscope,
}

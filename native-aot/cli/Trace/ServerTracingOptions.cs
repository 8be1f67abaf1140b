namespace FastCore.Cli.Trace;

/// <summary>How a server is traced.</summary>
/// <param name="Folder">Where traces are written to, each into a folder of its own.</param>
/// <param name="Kept">How far back a trace goes.</param>
/// <param name="Limit">A reactor that lets work wait for longer has the trace written; null: nothing has but a signal.</param>
internal sealed record ServerTracingOptions(string Folder, TimeSpan Kept, TimeSpan? Limit);

namespace FastCore.Diagnostics;

/// <summary>Something on which others wait.</summary>
internal interface IWaitedOn
{
    /// <summary>What it is, for reports: <c>bounded channel (64) of Int32</c>.</summary>
    string Kind { get; }

    /// <summary>How often somebody came to its gate who had to wait for another to leave it; 0 if it has none.</summary>
    int Contended { get; }
}

/// <summary>What a program holds of it: one of several faces.</summary>
internal interface IWaitedFace
{
    /// <summary>The object that the waits belong to.</summary>
    IWaitedOn Waited { get; }
}

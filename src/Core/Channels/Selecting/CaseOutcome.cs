namespace FastCore.Channels.Selecting;

/// <summary>What became of a case that was tried.</summary>
internal enum CaseOutcome
{
    /// <summary>It can't take place at this moment.</summary>
    NotNow,

    /// <summary>It took place.</summary>
    Done,

    /// <summary>Its channel has ended.</summary>
    Ended,
}

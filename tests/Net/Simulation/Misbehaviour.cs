namespace FastCore.Net.Tests.Simulation;

/// <summary>Defects that can be planted in the simulated kernel, to show that the simulation would see them.</summary>
internal enum Misbehaviour
{
    None,

    /// <summary>One receive is never completed.</summary>
    LosesAReceive,

    /// <summary>One send is never completed.</summary>
    LosesASend,

    /// <summary>One completion is delivered twice.</summary>
    RepeatsACompletion,

    /// <summary>One received byte is wrong.</summary>
    CorruptsAByte,

    /// <summary>One send reports a byte more than it took.</summary>
    OvercountsASend,

    /// <summary>One send reports a byte less than it took.</summary>
    UndercountsASend,

    /// <summary>One receive goes on after it said that it had ended.</summary>
    ForgetsTheFlagMore,
}

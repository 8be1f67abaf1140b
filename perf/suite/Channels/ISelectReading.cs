using FastCore.Perf.Rounds;

namespace FastCore.Perf.Channels;

/// <summary>A reader of whichever of several channels has an item.</summary>
internal interface ISelectReading
{
    /// <summary>Reads from the line on until each channel has given its end mark.</summary>
    Task Read(StartingLine line, Tally tally);
}

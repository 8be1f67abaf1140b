namespace FastCore.Perf.Channels;

/// <summary>An item names its writer and its place in that writer's sequence, so that what is lost, doubled or out of order shows.</summary>
internal static class Item
{
    /// <summary>Written once for each reader when all writers are done, so that the channel can be used again.</summary>
    internal const long End = -1;

    private const int NumberBits = 48;

    internal static long Of(int writer, long number) => (long)writer << NumberBits | number;

    internal static int Writer(long item) => (int)(item >> NumberBits);

    internal static long Number(long item) => item & ((1L << NumberBits) - 1);
}

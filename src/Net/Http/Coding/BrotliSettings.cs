using System.IO.Compression;

namespace FastCore.Net.Http.Coding;

/// <summary>What the encoder of Brotli is asked for.</summary>
internal static class BrotliSettings
{
    /// <summary>Bits of the window. At 22, the encoder's own choice, every streamed answer would hold megabytes.</summary>
    public const int Window = 18;

    /// <summary>The qualities that the platform's own stream takes for the levels.</summary>
    public static int QualityOf(CompressionLevel level) => level switch
    {
        CompressionLevel.Fastest => 1,
        CompressionLevel.SmallestSize => 11,
        _ => 4,
    };
}

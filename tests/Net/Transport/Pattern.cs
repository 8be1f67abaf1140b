namespace FastCore.Net.Tests.Transport;

/// <summary>
/// A stream whose every byte is a function of its offset, so that a byte lost, doubled or out of order shows where it
/// happened. It repeats only after 251 × 256 × 241 bytes, so a range moved by a block or a page shows too.
/// </summary>
internal static class Pattern
{
    private const int ChunkLength = 251 * 256;

    public static byte At(long offset) => (byte)(offset % 251 * 7 + (offset >> 8) % 256 * 3 + offset / ChunkLength % 241);

    public static byte[] Make(int length, long offset = 0)
    {
        var data = new byte[length];
        Fill(data, offset);
        return data;
    }

    public static void Fill(Span<byte> data, long offset)
    {
        for (var i = 0; i < data.Length; i++) data[i] = At(offset + i);
    }

    /// <summary>Throws if <paramref name="data"/> is not the stream from <paramref name="offset"/> on.</summary>
    public static void Verify(ReadOnlySpan<byte> data, long offset)
    {
        for (var i = 0; i < data.Length; i++)
        {
            if (data[i] != At(offset + i)) throw new InvalidDataException($"The byte at {offset + i} is {data[i]} and should be {At(offset + i)}.");
        }
    }
}

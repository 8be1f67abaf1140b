using System.IO.Compression;
using FastCore.Net.Transport;

namespace FastCore.Net.Http.Coding;

/// <summary>Codes content that is at hand as a whole. One thread at a time.</summary>
internal sealed class WholeCoder(CompressionLevel level)
{
    // Content that is no longer than its limit by this is sent as it is: the field that tells of the coding has bytes too.
    private const int MinGain = 32;

    // Gzip is given so much at a time, so that content which does not become shorter is found out.
    private const int PieceSize = 32 * 1024;

    private readonly FixedOutput _output = new();

    /// <summary>The bytes that the coded content may have to be worth it.</summary>
    public static int LimitOf(int length) => Math.Max(0, length - MinGain);

    /// <summary>Codes all of it.</summary>
    /// <param name="coding">Not identity.</param>
    /// <param name="content">The content.</param>
    /// <param name="output">Where it goes, as many bytes as it may have.</param>
    /// <param name="length">The bytes it has.</param>
    /// <returns>False if it has more.</returns>
    public bool TryCode(ContentCoding coding, ReadOnlySpan<byte> content, ArraySegment<byte> output, out int length)
    {
        if (coding == ContentCoding.Brotli) return BrotliEncoder.TryCompress(content, output, out length, BrotliSettings.QualityOf(level), BrotliSettings.Window);
        _output.Begin(output);
        using (var gzip = new GZipStream(_output, level, leaveOpen: true))
        {
            for (var at = 0; at < content.Length && !_output.IsFull; at += PieceSize) gzip.Write(content[at..Math.Min(at + PieceSize, content.Length)]);
        }
        length = _output.Used;
        var isWhole = !_output.IsFull;
        _output.Begin(default);
        return isWhole;
    }

    private sealed class FixedOutput : ForwardStream
    {
        private ArraySegment<byte> _output;

        public int Used { get; private set; }

        /// <summary>More was written than there is room for.</summary>
        public bool IsFull { get; private set; }

        public override bool CanRead => false;
        public override bool CanWrite => true;

        public void Begin(ArraySegment<byte> output)
        {
            _output = output;
            Used = 0;
            IsFull = false;
        }

        public override void Write(ReadOnlySpan<byte> data)
        {
            IsFull |= data.Length > _output.Count - Used;
            if (IsFull) return;
            data.CopyTo(_output.AsSpan(Used));
            Used += data.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

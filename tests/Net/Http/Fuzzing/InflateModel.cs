namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// gzip (RFC 1952), zlib's format (RFC 1950) and the compressed data in both (RFC 1951), decoded a bit at a time and as narrowly as the standards say.
/// </summary>
internal sealed class InflateModel
{
    private const int Longest = 15;

    private static readonly int[] LengthBase = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
    private static readonly int[] LengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    private static readonly int[] DistanceBase = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
    private static readonly int[] DistanceBits = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
    private static readonly int[] Order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly byte[] _data;
    private readonly List<byte> _output = [];
    private int _at;
    private int _bits;
    private int _bitCount;

    private InflateModel(byte[] data) => _data = data;

    /// <summary>What one gzip member after the other holds; null if it is not gzip to its end.</summary>
    public static byte[]? Gzip(byte[] data) => new InflateModel(data).TryRead(static model =>
    {
        do model.ReadMember();
        while (model._at < model._data.Length);
    });

    /// <summary>What is coded in zlib's format; null if it is not that to its end.</summary>
    public static byte[]? Zlib(byte[] data) => new InflateModel(data).TryRead(static model =>
    {
        var (method, flags) = (model.Byte(), model.Byte());
        Want((method & 15) == 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 == 0);
        // No dictionary has been agreed on.
        Want((flags & 0x20) == 0);
        model.ReadBlocks(1 << (8 + (method >> 4)));
        var (low, high) = (1u, 0u);
        foreach (var each in model._output) high = (high + (low = (low + each) % 65521)) % 65521;
        for (var shift = 24; shift >= 0; shift -= 8) Want(model.Byte() == (byte)((high << 16 | low) >> shift));
        Want(model._at == model._data.Length);
    });

    private byte[]? TryRead(Action<InflateModel> read)
    {
        try
        {
            read(this);
            return [.. _output];
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static void Want(bool condition)
    {
        if (!condition) throw new InvalidDataException();
    }

    private int Byte()
    {
        Want(_at < _data.Length);
        return _data[_at++];
    }

    private int Bits(int count)
    {
        while (_bitCount < count)
        {
            _bits |= Byte() << _bitCount;
            _bitCount += 8;
        }
        var value = _bits & ((1 << count) - 1);
        _bits >>= count;
        _bitCount -= count;
        return value;
    }

    private void ReadMember()
    {
        var start = _at;
        Want(Byte() == 0x1F && Byte() == 0x8B && Byte() == 8);
        var flags = Byte();
        Want((flags & 0xE0) == 0);
        for (var i = 0; i < 6; i++) Byte();
        if ((flags & 4) != 0)
        {
            for (var left = Byte() | Byte() << 8; left > 0; left--) Byte();
        }
        for (var strings = (flags >> 3 & 1) + (flags >> 4 & 1); strings > 0; strings--)
        {
            while (Byte() != 0)
            {
                // A name or a remark.
            }
        }
        if ((flags & 2) != 0)
        {
            var crc = Crc(_data.AsSpan(start, _at - start));
            Want((Byte() | Byte() << 8) == (crc & 0xFFFF));
        }
        var from = _output.Count;
        ReadBlocks(1 << Longest);
        var content = _output.Skip(from).ToArray();
        var sum = Crc(content);
        for (var shift = 0; shift < 32; shift += 8) Want(Byte() == (byte)(sum >> shift));
        for (var shift = 0; shift < 32; shift += 8) Want(Byte() == (byte)((uint)content.Length >> shift));
    }

    private void ReadBlocks(int window)
    {
        var from = _output.Count;
        bool isLast;
        do
        {
            isLast = Bits(1) == 1;
            switch (Bits(2))
            {
                case 0:
                    (_bits, _bitCount) = (0, 0);
                    var length = Byte() | Byte() << 8;
                    Want((Byte() | Byte() << 8) == (length ^ 0xFFFF));
                    for (; length > 0; length--) _output.Add((byte)Byte());
                    break;
                case 1:
                    var lengths = new int[288];
                    for (var i = 0; i < 288; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
                    ReadCodes(new Code(lengths), new Code([.. Enumerable.Repeat(5, 32)]), from, window);
                    break;
                case 2:
                    ReadDynamic(from, window);
                    break;
                default:
                    Want(false);
                    break;
            }
        }
        while (!isLast);
        // What is left of the last byte means nothing.
        (_bits, _bitCount) = (0, 0);
    }

    private void ReadDynamic(int from, int window)
    {
        var (literals, distances, codes) = (Bits(5) + 257, Bits(5) + 1, Bits(4) + 4);
        Want(literals <= 286 && distances <= 30);
        var lengths = new int[19];
        for (var i = 0; i < codes; i++) lengths[Order[i]] = Bits(3);
        var code = new Code(lengths);
        Want(code.IsComplete);
        var all = new List<int>();
        while (all.Count < literals + distances)
        {
            var symbol = Decode(code);
            if (symbol < 16)
            {
                all.Add(symbol);
                continue;
            }
            Want(symbol != 16 || all.Count > 0);
            var (value, count) = symbol switch { 16 => (all[^1], 3 + Bits(2)), 17 => (0, 3 + Bits(3)), _ => (0, 11 + Bits(7)) };
            Want(all.Count + count <= literals + distances);
            all.AddRange(Enumerable.Repeat(value, count));
        }
        Want(all[256] != 0);
        var (literal, distance) = (new Code([.. all.Take(literals)]), new Code([.. all.Skip(literals)]));
        Want(literal.IsUsable && distance.IsUsable);
        ReadCodes(literal, distance, from, window);
    }

    private void ReadCodes(Code literal, Code distance, int from, int window)
    {
        for (var symbol = Decode(literal); symbol != 256; symbol = Decode(literal))
        {
            if (symbol < 256)
            {
                _output.Add((byte)symbol);
                continue;
            }
            Want(symbol - 257 < LengthBase.Length);
            var length = LengthBase[symbol - 257] + Bits(LengthBits[symbol - 257]);
            var index = Decode(distance);
            Want(index < DistanceBase.Length);
            var back = DistanceBase[index] + Bits(DistanceBits[index]);
            Want(back <= _output.Count - from && back <= window);
            for (; length > 0; length--) _output.Add(_output[^back]);
        }
    }

    private int Decode(Code code)
    {
        var (value, first, index) = (0, 0, 0);
        for (var length = 1; length <= Longest; length++)
        {
            value |= Bits(1);
            var count = code.Counts[length];
            if (value - count < first) return code.Symbols[index + value - first];
            index += count;
            first = (first + count) << 1;
            value <<= 1;
        }
        throw new InvalidDataException();
    }

    /// <summary>CRC-32 (RFC 1952 §8), a bit at a time.</summary>
    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = 0xFFFF_FFFFu;
        foreach (var each in data)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1;
        }
        return ~crc;
    }

    /// <summary>A Huffman code by the lengths of its words (RFC 1951 §3.2.2).</summary>
    private sealed class Code
    {
        public readonly int[] Counts = new int[Longest + 1];
        public readonly int[] Symbols;
        private readonly int _left = 1;

        public Code(int[] lengths)
        {
            foreach (var length in lengths) Counts[length]++;
            Counts[0] = 0;
            Symbols = [.. Enumerable.Range(0, lengths.Length).Where(symbol => lengths[symbol] > 0).OrderBy(symbol => lengths[symbol]).ThenBy(static symbol => symbol)];
            for (var length = 1; length <= Longest && _left >= 0; length++) _left = _left * 2 - Counts[length];
        }

        public bool IsComplete => _left == 0;

        /// <summary>It is complete, or has one word of one bit, or none (RFC 1951 §3.2.7).</summary>
        public bool IsUsable => _left == 0 || (_left > 0 && (Symbols.Length == 0 || (Symbols.Length == 1 && Counts[1] == 1)));
    }
}

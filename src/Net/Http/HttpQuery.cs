using System.Buffers;
using System.Text;

namespace FastCore.Net.Http;

/// <summary>
/// Names and values of a query or a form (<c>application/x-www-form-urlencoded</c>, URL Standard §5), in the order they were
/// sent. Enumerate it with <c>foreach</c>; nothing is allocated until text is asked for.
/// </summary>
public readonly ref struct HttpQuery
{
    private readonly ReadOnlySpan<byte> _text;

    internal HttpQuery(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>The first value of this name, as text.</summary>
    /// <param name="name">The name; letter case counts.</param>
    /// <param name="value">Its value: plus signs are spaces, escapes are resolved as UTF-8; what is not UTF-8 becomes U+FFFD.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(string name, out string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var pair in this)
        {
            if (pair.NameText != name) continue;
            value = pair.ValueText;
            return true;
        }
        value = "";
        return false;
    }

    /// <summary>All values of this name, as text.</summary>
    /// <param name="name">The name; letter case counts.</param>
    public string[] GetAll(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var values = new List<string>();
        foreach (var pair in this)
        {
            if (pair.NameText == name) values.Add(pair.ValueText);
        }
        return [.. values];
    }

    /// <summary>For <c>foreach</c>.</summary>
    public Enumerator GetEnumerator() => new(_text);

    internal static bool IsForm(HttpFields headers)
    {
        if (!headers.TryGet("content-type"u8, out var type)) return false;
        var semicolon = type.IndexOf((byte)';');
        return Ascii.EqualsIgnoreCase((semicolon < 0 ? type : type[..semicolon]).Trim(" \t"u8), "application/x-www-form-urlencoded"u8);
    }

    /// <summary>A name and its value.</summary>
    public readonly ref struct Pair
    {
        internal Pair(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
            Name = name;
            Value = value;
        }

        /// <summary>The name as it was sent.</summary>
        public ReadOnlySpan<byte> Name { get; }

        /// <summary>The value as it was sent; empty if there is no equals sign.</summary>
        public ReadOnlySpan<byte> Value { get; }

        /// <summary>The name with its escapes resolved. Makes a string.</summary>
        public string NameText => Decode(Name);

        /// <summary>The value with its escapes resolved. Makes a string.</summary>
        public string ValueText => Decode(Value);
    }

    /// <summary>Walks over the pairs; empty ones are left out.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> text)
        {
            _rest = text;
            Current = default;
        }

        /// <summary>The present pair.</summary>
        public Pair Current { get; private set; }

        /// <summary>Goes to the next pair; false after the last.</summary>
        public bool MoveNext()
        {
            while (!_rest.IsEmpty)
            {
                var end = _rest.IndexOf((byte)'&');
                var text = end < 0 ? _rest : _rest[..end];
                _rest = end < 0 ? default : _rest[(end + 1)..];
                if (text.IsEmpty) continue;
                var equals = text.IndexOf((byte)'=');
                Current = equals < 0 ? new Pair(text, default) : new Pair(text[..equals], text[(equals + 1)..]);
                return true;
            }
            return false;
        }
    }

    /// <summary>A percent sign that no two hexadecimal digits follow stands for itself.</summary>
    private static string Decode(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny((byte)'%', (byte)'+') < 0) return Encoding.UTF8.GetString(text);
        var rented = text.Length <= 256 ? null : ArrayPool<byte>.Shared.Rent(text.Length);
        var bytes = rented ?? stackalloc byte[256];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var next = text[i] == '+' ? (byte)' ' : text[i];
            if (next == '%' && i + 2 < text.Length && char.IsAsciiHexDigit((char)text[i + 1]) && char.IsAsciiHexDigit((char)text[i + 2]))
            {
                next = (byte)(HexOf(text[i + 1]) << 4 | HexOf(text[i + 2]));
                i += 2;
            }
            bytes[length++] = next;
        }
        var decoded = Encoding.UTF8.GetString(bytes[..length]);
        if (rented != null) ArrayPool<byte>.Shared.Return(rented);
        return decoded;
    }

    private static int HexOf(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http;

/// <summary>A header field as it was received: bytes of the request, not copies.</summary>
public readonly ref struct HttpField
{
    internal HttpField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>The name in the letter case it was sent in.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The value without the whitespace around it.</summary>
    public ReadOnlySpan<byte> Value { get; }
}

/// <summary>A request's header fields in the order they were sent. Enumerate it with <c>foreach</c>; nothing is allocated.</summary>
public readonly ref struct HttpFields
{
    private readonly ReadOnlySpan<byte> _head;
    private readonly ReadOnlySpan<FieldLine> _fields;

    internal HttpFields(ReadOnlySpan<byte> head, ReadOnlySpan<FieldLine> fields)
    {
        _head = head;
        _fields = fields;
    }

    /// <summary>How many field lines there are.</summary>
    public int Count => _fields.Length;

    /// <summary>The field line at <paramref name="index"/>, from 0.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such line.</exception>
    public HttpField this[int index] => new(_fields[index].Name.Of(_head), _fields[index].Value.Of(_head));

    /// <summary>The value of the first field of this name, in any letter case.</summary>
    /// <param name="name">The name, in ASCII.</param>
    /// <param name="value">Its value without the whitespace around it.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (ref readonly var field in _fields)
        {
            if (field.Name.Length != name.Length || !Ascii.EqualsIgnoreCase(field.Name.Of(_head), name)) continue;
            value = field.Value.Of(_head);
            return true;
        }
        value = default;
        return false;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks over the field lines.</summary>
    public ref struct Enumerator
    {
        private readonly HttpFields _fields;
        private int _index;

        internal Enumerator(HttpFields fields)
        {
            _fields = fields;
            _index = -1;
        }

        /// <summary>The present line.</summary>
        public readonly HttpField Current => _fields[_index];

        /// <summary>Goes to the next line; false after the last.</summary>
        public bool MoveNext() => ++_index < _fields.Count;
    }
}

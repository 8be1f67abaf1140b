using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http;

/// <summary>
/// A request's cookies (RFC 6265 §4.2) in the order they were sent, from all its Cookie fields. Enumerate it with
/// <c>foreach</c>; nothing is allocated. Names and values are as they were sent, quotes included; pairs without an equals
/// sign are left out.
/// </summary>
public readonly ref struct HttpCookies
{
    private readonly HttpFields _fields;

    internal HttpCookies(HttpFields fields) => _fields = fields;

    /// <summary>The value of the first cookie of this name; names are case-sensitive.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (var cookie in this)
        {
            if (!cookie.Name.SequenceEqual(name)) continue;
            value = cookie.Value;
            return true;
        }
        value = default;
        return false;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public Enumerator GetEnumerator() => new(_fields);

    /// <summary>Walks over the cookies.</summary>
    public ref struct Enumerator
    {
        private HttpFields.Enumerator _fields;
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(HttpFields fields) => _fields = fields.GetEnumerator();

        /// <summary>The present cookie.</summary>
        public HttpField Current { get; private set; }

        /// <summary>Goes to the next cookie; false after the last.</summary>
        public bool MoveNext()
        {
            while (true)
            {
                while (!_rest.IsEmpty)
                {
                    var semicolon = _rest.IndexOf((byte)';');
                    var pair = HttpCharacters.TrimWhitespace(semicolon < 0 ? _rest : _rest[..semicolon]);
                    _rest = semicolon < 0 ? default : _rest[(semicolon + 1)..];
                    var equals = pair.IndexOf((byte)'=');
                    if (equals < 0) continue;
                    Current = new HttpField(HttpCharacters.TrimWhitespace(pair[..equals]), HttpCharacters.TrimWhitespace(pair[(equals + 1)..]));
                    return true;
                }
                if (!_fields.MoveNext()) return false;
                if (Ascii.EqualsIgnoreCase(_fields.Current.Name, "cookie"u8)) _rest = _fields.Current.Value;
            }
        }
    }
}
